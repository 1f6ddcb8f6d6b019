module example.com/confine

go 1.20
