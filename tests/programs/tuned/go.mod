module tuned

go 1.20
