module example.com/slowreader

go 1.20
