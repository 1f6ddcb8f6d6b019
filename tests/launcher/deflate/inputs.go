package main

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"math/rand"
)

// kinds make inputs that engine/deflate/deflate_test.zig makes as well.
var kinds = []struct {
	name string
	make func(size int) []byte
}{
	{"zeros", func(size int) []byte { return make([]byte, size) }},
	{"noise", makeNoise},
	{"skewed", makeSkewed},
	{"lines", makeLines},
	{"distant", makeDistant},
}

// xorshift is the generator of 32 bits of Marsaglia's "Xorshift RNGs".
type xorshift uint32

const seed xorshift = 2463534242

func (state *xorshift) next() uint32 {
	*state ^= *state << 13
	*state ^= *state >> 17
	*state ^= *state << 5
	return uint32(*state)
}

func makeNoise(size int) []byte {
	state, bytes := seed, make([]byte, size)
	for i := range bytes {
		bytes[i] = byte(state.next() >> 24)
	}
	return bytes
}

// makeSkewed makes each byte value half as frequent as the one before, which wants words longer than
// 15 bits.
func makeSkewed(size int) []byte {
	state, bytes := seed, make([]byte, size)
	for i := range bytes {
		bytes[i] = byte(bits.TrailingZeros32(state.next()))
	}
	return bytes
}

func makeLines(size int) []byte {
	var lines []byte
	for i := 0; len(lines) < size; i++ {
		lines = fmt.Appendf(lines, "%d bottles of beer on the wall\n", i*i)
	}
	return lines[:size]
}

// makeDistant repeats noise at distances around 32 KiB, the farthest that a match may lie. Zeros between
// the noise keep Go's writer from skipping it.
func makeDistant(size int) []byte {
	bytes := makeNoise(size)
	for i := range bytes {
		if i%32 < 16 {
			bytes[i] = 0
		}
	}
	for i, distance := 40000, 32760; i+64 < size; i, distance = i+64, distance+1 {
		copy(bytes[i:i+32], bytes[i-distance:])
	}
	return bytes
}

// makeRandom makes an input of pieces of all kinds, with sizes and entropies around those at which Go's
// writer changes what it does.
func makeRandom(random *rand.Rand) []byte {
	var size int
	switch random.Intn(7) {
	case 6:
		return makeHardlyCompressible(random)
	case 0:
		size = random.Intn(160)
	case 1:
		size = 65535*(1+random.Intn(3)) + random.Intn(300) - 150
	default:
		size = random.Intn(90000)
	}
	var bytes []byte
	for len(bytes) < size {
		bytes = appendPiece(bytes, 1+random.Intn(1<<random.Intn(16)), random)
	}
	return bytes[:size]
}

// makeHardlyCompressible makes noise of not all values, with some repetitions.
func makeHardlyCompressible(random *rand.Rand) []byte {
	bytes := make([]byte, 128+random.Intn(4000))
	values := 100 + random.Intn(157)
	for i := range bytes {
		bytes[i] = byte(random.Intn(values))
	}
	for count := random.Intn(len(bytes) / 40); count > 0; count-- {
		from, to := random.Intn(len(bytes)), random.Intn(len(bytes))
		copy(bytes[to:min(len(bytes), to+8)], bytes[from:])
	}
	return bytes
}

func appendPiece(bytes []byte, size int, random *rand.Rand) []byte {
	switch random.Intn(6) {
	case 0:
		piece := make([]byte, size)
		random.Read(piece)
		return append(bytes, piece...)
	case 1:
		value := byte(random.Intn(256))
		for ; size > 0; size-- {
			bytes = append(bytes, value)
		}
	case 2:
		for count := 1 + random.Intn(20); size > 0; size-- {
			bytes = append(bytes, byte(random.Intn(count)))
		}
	case 3:
		for ; size > 0; size-- {
			bytes = append(bytes, byte(bits.TrailingZeros32(random.Uint32())))
		}
	case 4:
		value := uint64(random.Uint32())
		for ; size > 0; size -= 4 {
			value += uint64(random.Intn(300))
			bytes = binary.AppendUvarint(bytes, value)
		}
	case 5:
		if len(bytes) == 0 {
			return bytes
		}
		for distance := 1 + random.Intn(min(len(bytes), 70000)); size > 0; size-- {
			bytes = append(bytes, bytes[len(bytes)-distance])
		}
	}
	return bytes
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}
