module example.com/prepare

go 1.20
