package search

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// process is a Gaussian process: a guess at a function of features from some of
// its values, with the uncertainty of the guess (Rasmussen and Williams, Gaussian
// Processes for Machine Learning, 2006, ch. 2 and 5). Its covariance is Matérn 5/2
// with a length a coordinate, on values scaled to mean 0 and variance 1.
type process struct {
	inputs         [][]float64
	mean, scale    float64 // of the values
	lengths        []float64
	noise          float64 // variance, of scaled values
	factor         mat.Cholesky
	lower          mat.TriDense  // of the factor
	solved         []float64     // room for at
	weights        *mat.VecDense // covariance⁻¹ · values
	values         *mat.VecDense // scaled
	likelihood     float64
	leftOut        float64 // root mean square error of predicting each value from the others
	positiveFactor bool
}

// The lengths and noises that are tried: from a step of a feature to its whole
// range and beyond, and from exact values to values that tell little. The lengths
// are those of a logarithmic grid, coarse because the likelihood is flat.
var (
	tryLengths = []float64{0.3, 0.6, 1.2, 2.5, 6}
	tryNoises  = []float64{1e-6, 1e-4, 3e-3, 3e-2, 0.2}
)

// fit makes a process of inputs and their values, of the greatest likelihood that
// two rounds of trying one parameter after the other find, from lengths that may be
// known of an earlier fit.
func fit(inputs [][]float64, values, lengths []float64) *process {
	p := &process{inputs: inputs, scale: 1, noise: 3e-3, lengths: slices.Clone(lengths)}
	rounds := 1
	if p.lengths == nil {
		rounds = 2
		for range inputs[0] {
			p.lengths = append(p.lengths, 1.2)
		}
	}
	n := float64(len(values))
	for _, v := range values {
		p.mean += v / n
	}
	variance := 0.0
	for _, v := range values {
		variance += (v - p.mean) * (v - p.mean) / n
	}
	if variance > 0 {
		p.scale = math.Sqrt(variance)
	}
	p.values = mat.NewVecDense(len(values), nil)
	for i, v := range values {
		p.values.SetVec(i, (v-p.mean)/p.scale)
	}
	p.solve()
	for range rounds {
		p.improve(&p.noise, tryNoises)
		for k := range p.lengths {
			p.improve(&p.lengths[k], tryLengths)
		}
	}
	p.finish()
	p.leaveOut()
	return p
}

// improve gives a parameter the value of the greatest likelihood.
func (p *process) improve(parameter *float64, among []float64) {
	best, most := *parameter, p.likelihood
	for _, v := range among {
		if v == best {
			continue
		}
		*parameter = v
		if p.solve(); p.likelihood > most {
			best, most = v, p.likelihood
		}
	}
	*parameter, p.likelihood = best, most
}

// solve factors the covariance with the parameters as they are.
func (p *process) solve() {
	n := len(p.inputs)
	covariance := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i {
			covariance.SetSym(i, j, p.covariance(p.inputs[i], p.inputs[j]))
		}
		covariance.SetSym(i, i, 1+p.noise+1e-9)
	}
	p.likelihood = math.Inf(-1)
	p.positiveFactor = p.factor.Factorize(covariance)
	if !p.positiveFactor {
		return
	}
	p.weights = mat.NewVecDense(n, nil)
	if p.factor.SolveVecTo(p.weights, p.values) != nil {
		p.positiveFactor = false
		return
	}
	p.likelihood = -mat.Dot(p.values, p.weights)/2 - p.factor.LogDet()/2
}

// finish solves, and makes ready to be asked: by one at a time.
func (p *process) finish() {
	p.solve()
	p.lower, p.solved = mat.TriDense{}, make([]float64, len(p.inputs))
	if p.positiveFactor {
		p.factor.LTo(&p.lower)
	}
}

// covariance is that of two inputs.
func (p *process) covariance(a, b []float64) float64 {
	square := 0.0
	for k := range a {
		d := (a[k] - b[k]) / p.lengths[k]
		square += d * d
	}
	r := math.Sqrt(5 * square)
	return (1 + r + r*r/3) * math.Exp(-r)
}

// at returns what the process expects of a new replicated value at an input, with
// the standard deviation.
func (p *process) at(input []float64) (mean, deviation float64) {
	if !p.positiveFactor {
		return p.mean, p.scale
	}
	n := len(p.inputs)
	solved, weights := p.solved[:n], p.weights.RawVector().Data // solved: factor⁻¹ · covariance with the input
	lower := p.lower.RawTriangular()
	known := 0.0
	for i := range n {
		k := p.covariance(input, p.inputs[i])
		mean += k * weights[i]
		row := lower.Data[i*lower.Stride : i*lower.Stride+i+1]
		for j, v := range solved[:i] {
			k -= row[j] * v
		}
		solved[i] = k / row[i]
		known += solved[i] * solved[i]
	}
	variance := max(1+p.noise-known, 1e-12)
	return p.mean + p.scale*mean, p.scale * math.Sqrt(variance)
}

// leaveOut computes the error of predicting each value from the others, which
// needs no further factor (Rasmussen and Williams, equation 5.12).
func (p *process) leaveOut() {
	var inverse mat.SymDense
	if !p.positiveFactor || p.factor.InverseTo(&inverse) != nil {
		p.leftOut = p.scale
		return
	}
	squares := 0.0
	for i := range p.inputs {
		e := p.scale * p.weights.AtVec(i) / inverse.At(i, i)
		squares += e * e
	}
	p.leftOut = math.Sqrt(squares / float64(len(p.inputs)))
}

// with returns the process with one more value, equal to what it expects: what is
// near that input is no longer uncertain (the believer of Ginsbourger et al. 2010).
func (p *process) with(input []float64) *process {
	mean, _ := p.at(input)
	q := *p
	q.inputs = append(slices.Clone(p.inputs), input)
	q.values = mat.NewVecDense(len(q.inputs), append(slices.Clone(p.values.RawVector().Data), (mean-p.mean)/p.scale))
	q.factor = mat.Cholesky{}
	q.finish()
	return &q
}

// chance is the standard normal distribution function.
func chance(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// improvement is by how much a normal value is expected to be below a level, being
// 0 where it is above (Jones, Schonlau and Welch 1998).
func improvement(level, mean, deviation float64) float64 {
	z := (level - mean) / deviation
	return (level-mean)*chance(z) + deviation*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi)
}
