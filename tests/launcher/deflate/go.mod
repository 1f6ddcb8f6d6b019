module deflate

go 1.20
