module example.com/interrupt

go 1.20
