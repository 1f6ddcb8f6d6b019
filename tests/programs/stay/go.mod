module stay

go 1.20
