package addressing

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"headroom/model"
	"headroom/sim/notebook"
	"headroom/sim/rng"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

// TestNotebooks runs the notebooks of testdata: "block TEXT" says what a block is, "take TEXT"
// which addresses it gives, "roundtrip
// FROM TO" how far two Regions are from each other, "default" the subnets of a default VPC.
func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, func(*notebook.Notebook) notebook.Answer {
		return answer
	})
}

func answer(t *testing.T, q notebook.Question) string {
	words := strings.Fields(q.Command)
	var b strings.Builder
	switch words[0] {
	case "block":
		for _, text := range words[1:] {
			block, err := ParseBlock(text)
			if err == nil {
				err = block.Check()
			}
			if err != nil {
				fmt.Fprintf(&b, "%s: %v\n", text, err)
				continue
			}
			fmt.Fprintf(&b, "%s: %d addresses, %d for instances\n", block, block.Size(), block.Usable())
		}
	case "take":
		block, err := ParseBlock(words[1])
		if err != nil {
			t.Fatal(err)
		}
		pool := NewPool(block)
		for a, ok := pool.Take(); ok; a, ok = pool.Take() {
			fmt.Fprintf(&b, "%s ", a)
		}
		b.WriteString("none is left\n")
	case "roundtrip":
		for _, to := range words[2:] {
			fmt.Fprintf(&b, "%s to %s and back: %.0f ms\n", words[1], to, RoundTrip(words[1], to).Seconds()*1000)
		}
	case "default":
		for z := range 3 {
			fmt.Fprintln(&b, DefaultSubnet(z))
		}
	default:
		t.Fatalf("line %d: unknown: %s", q.Line, q.Command)
	}
	return b.String()
}

// A pool gives each address once, whatever is given back meanwhile, and loses none:
// against a map that remembers who has what.
func TestPoolAgainstAMap(t *testing.T) {
	for seed := range uint64(20) {
		s := rng.New(seed, 0, "pool")
		block := Block{10 << 24, 22 + s.Below(7)}
		pool, held := NewPool(block), map[model.Address]bool{}
		var list []model.Address
		for range 4000 {
			if s.Uniform() < 0.55 {
				a, ok := pool.Take()
				if ok != (len(held) < block.Usable()) {
					t.Fatalf("seed %d: took %v with %d of %d held", seed, ok, len(held), block.Usable())
				}
				if !ok {
					continue
				}
				if offset := int(a - block.First); held[a] || offset < 4 || offset >= block.Size()-1 {
					t.Fatalf("seed %d: %s is taken or reserved", seed, a)
				}
				held[a] = true
				list = append(list, a)
			} else if len(list) > 0 {
				k := s.Below(len(list))
				pool.Give(list[k])
				delete(held, list[k])
				list[k] = list[len(list)-1]
				list = list[:len(list)-1]
			}
			if pool.Free() != block.Usable()-len(held) {
				t.Fatalf("seed %d: %d free, %d held of %d", seed, pool.Free(), len(held), block.Usable())
			}
		}
	}
}

// Blocks contain and overlap each other as their addresses do.
func TestBlocksOverlapAsTheirAddressesDo(t *testing.T) {
	s := rng.New(1, 0, "block")
	for range 2000 {
		draw := func() Block {
			b := Block{model.Address(s.Below(64)), 26 + s.Below(7)}
			b.First &= b.mask()
			return b
		}
		a, b := draw(), draw()
		common := 0
		for i := range b.Size() {
			if a.Holds(b.First + model.Address(i)) {
				common++
			}
		}
		if a.Overlaps(b) != (common > 0) || a.Has(b) != (common == b.Size()) {
			t.Fatalf("%s and %s have %d addresses in common, Has %v, Overlaps %v", a, b, common, a.Has(b), a.Overlaps(b))
		}
	}
}

// An address is claimed once, and in its subnet only.
func TestClaims(t *testing.T) {
	pool := NewPool(Block{10 << 24, 28})
	for _, c := range []struct {
		a    model.Address
		want bool
	}{{10<<24 + 4, true}, {10<<24 + 4, false}, {10 << 24, false}, {10<<24 + 15, false}, {10<<24 + 16, false}} {
		if got := pool.Claim(c.a); got != c.want {
			t.Errorf("%s: claimed %v, want %v", c.a, got, c.want)
		}
	}
}
