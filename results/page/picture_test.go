package page

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
)

// depicted draws metrics of the run with an outage.
func depicted(t *testing.T, format string, keys ...string) []byte {
	t.Helper()
	p, err := Depict(outage(t), format, keys)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPictureHasTheClockOfTheRunAndItsBand(t *testing.T) {
	text := string(depicted(t, ".svg", "latency.p99{target_group=web}", "latency.p90"))
	for _, want := range []string{"latency.p99{target_group=web}", ">09:00<", "fill-opacity", "zone=a", ">outage<"} {
		if !strings.Contains(text, want) {
			t.Errorf("the picture has no %s", want)
		}
	}
}

func TestPictureAsPNG(t *testing.T) {
	picture, err := png.Decode(bytes.NewReader(depicted(t, ".png", "capacity.in_service")))
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds(); size != image.Rect(0, 0, 1152, 374) {
		t.Errorf("%v, want 8 by 2.6 inches of 144 pixels", size)
	}
	ink := 0
	for x := range picture.Bounds().Dx() {
		for y := range picture.Bounds().Dy() {
			if r, _, b, _ := picture.At(x, y).RGBA(); b > r+0x4000 {
				ink++
			}
		}
	}
	if ink < 1000 {
		t.Errorf("%d pixels of the line, want a line", ink)
	}
}

func TestTicksAreRound(t *testing.T) {
	for _, of := range []struct {
		v    float64
		unit string
		want string
	}{{2, "s", "2 s"}, {2.25, "s", "2.25 s"}, {0.5, "s", "500 ms"}, {0.6, "ratio", "60 %"}, {200, "USD", "$200.00"}, {1000, "count", "1,000"}, {0, "s", "0 s"}} {
		if got := tickText(of.v, of.unit); got != of.want {
			t.Errorf("%v %s: %q, want %q", of.v, of.unit, got, of.want)
		}
	}
	s := scale{low: 0, high: 1.05}
	if got := tickText(s.ticks()[3], "ratio"); got != "60 %" {
		t.Errorf("got %q", got)
	}
}
