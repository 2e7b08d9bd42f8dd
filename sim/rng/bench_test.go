package rng

import "testing"

var sink float64

func BenchmarkUniform(b *testing.B) {
	s := New(1, 0, "bench")
	for b.Loop() {
		sink = s.Uniform()
	}
}

func BenchmarkExponential(b *testing.B) {
	s := New(1, 0, "bench")
	for b.Loop() {
		sink = s.Exponential()
	}
}

func BenchmarkNormal(b *testing.B) {
	s := New(1, 0, "bench")
	for b.Loop() {
		sink = s.Normal()
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, c := range battery() {
		b.Run(c.name, func(b *testing.B) {
			s := New(1, 0, "bench")
			b.ReportAllocs()
			for b.Loop() {
				sink = s.Draw(c.law)
			}
		})
	}
}

func BenchmarkConstruction(b *testing.B) {
	for name, build := range map[string]func(){
		"exponential table": func() { newTable(exponentialCurve{}) },
		"lognormal":         func() { must(Lognormal(1, 1.5)) },
		"gamma cv 0.7":      func() { must(Gamma(1, 0.7)) },
		"gamma cv 3":        func() { must(Gamma(1, 3)) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				build()
			}
		})
	}
}
