// Deflate writes what Go's compress/zlib makes of generated inputs at BestSpeed, for tests of
// engine/deflate/deflate.zig:
//
//	deflate vectors        the table of known streams in engine/deflate/deflate_test.zig
//	deflate streams COUNT  that many random inputs, each followed by its stream, with 32-bit
//	                       little-endian sizes in front of both
package main

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log"
	"math/rand"
	"os"
	"strconv"
)

func main() {
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	if len(os.Args) == 2 && os.Args[1] == "vectors" {
		writeVectors(output)
		return
	}
	if len(os.Args) == 3 && os.Args[1] == "streams" {
		count, err := strconv.Atoi(os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		writeStreams(output, count)
		return
	}
	log.Fatal("usage: deflate vectors | deflate streams COUNT")
}

func writeVectors(output *bufio.Writer) {
	for _, kind := range kinds {
		for _, size := range []int{0, 1, 16, 17, 127, 128, 65534, 65535, 65536, 200000} {
			stream := deflate(kind.make(size), nil)
			fmt.Fprintf(output, "    .of(.%s, %d, %d, \"%x\"),\n",
				kind.name, size, len(stream), sha256.Sum256(stream))
		}
	}
}

func writeStreams(output *bufio.Writer, count int) {
	for i := 0; i < count; i++ {
		random := rand.New(rand.NewSource(int64(i)))
		input := makeRandom(random)
		for _, bytes := range [][]byte{input, deflate(input, random)} {
			binary.Write(output, binary.LittleEndian, uint32(len(bytes)))
			output.Write(bytes)
		}
	}
}

// deflate writes the input in pieces of random sizes, or at once: that must make no difference.
func deflate(input []byte, random *rand.Rand) []byte {
	var stream bytes.Buffer
	writer, err := zlib.NewWriterLevel(&stream, zlib.BestSpeed)
	if err != nil {
		log.Fatal(err)
	}
	for len(input) > 0 {
		size := len(input)
		if random != nil {
			size = 1 + random.Intn(size)
		}
		if _, err := writer.Write(input[:size]); err != nil {
			log.Fatal(err)
		}
		input = input[size:]
	}
	if err := writer.Close(); err != nil {
		log.Fatal(err)
	}
	return stream.Bytes()
}
