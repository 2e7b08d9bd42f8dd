package pricing

import (
	"strconv"
	"strings"

	"headroom/model"
)

// discountBook is a price book with commitments: the rates of rates, by
// "class/type", else a share of the On-Demand price.
type discountBook struct {
	book
	rates map[string]float64
	hosts map[string]float64
	share map[model.Offering]float64
}

func usEastDiscounts() discountBook {
	b := discountBook{
		book: usEast(), rates: map[string]float64{},
		hosts: map[string]float64{"m5": 5.069, "c5": 3.366, "r5": 6.653},
		share: map[model.Offering]float64{
			{Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront}: 0.625, {Class: model.Standard, Term: model.OneYear, Payment: model.PartialUpfront}: 0.6, {Class: model.Standard, Term: model.OneYear, Payment: model.AllUpfront}: 0.59,
			{Class: model.Standard, Term: model.ThreeYears, Payment: model.NoUpfront}: 0.43, {Class: model.Standard, Term: model.ThreeYears, Payment: model.PartialUpfront}: 0.4, {Class: model.Standard, Term: model.ThreeYears, Payment: model.AllUpfront}: 0.38,
			{Class: model.Convertible, Term: model.OneYear, Payment: model.NoUpfront}: 0.73, {Class: model.Convertible, Term: model.OneYear, Payment: model.PartialUpfront}: 0.69, {Class: model.Convertible, Term: model.OneYear, Payment: model.AllUpfront}: 0.68,
			{Class: model.Convertible, Term: model.ThreeYears, Payment: model.NoUpfront}: 0.5, {Class: model.Convertible, Term: model.ThreeYears, Payment: model.PartialUpfront}: 0.47, {Class: model.Convertible, Term: model.ThreeYears, Payment: model.AllUpfront}: 0.46,
		},
	}
	for name, usd := range map[string]float64{
		"m5.xlarge": 0.192, "m5.2xlarge": 0.384, "m5.4xlarge": 0.768, "m5.8xlarge": 1.536, "r5.large": 0.126,
		"r5.2xlarge": 0.504, "r5.8xlarge": 2.016, "m4.large": 0.1, "m4.xlarge": 0.2, "c4.large": 0.1, "c4.xlarge": 0.199,
		"t3.medium": 0.0416, "c5.9xlarge": 1.53, "c5.12xlarge": 2.04, "i3.xlarge": 0.312,
	} {
		b.hourly[name] = usd
	}
	return b
}

func (b discountBook) Reserved(instanceType string, platform model.Platform, o model.Offering) (model.Price, bool) {
	if usd, ok := b.rates[o.Class.String()+"/"+instanceType]; ok {
		return model.Price{USD: usd * b.factor}, true
	}
	price, ok := b.OnDemand(instanceType, platform)
	share, offered := b.share[o]
	price.USD = model.USD(price.USD * share).USD()
	return price, ok && offered
}

func (b discountBook) NormalizedUnits(instanceType string) float64 {
	_, size, _ := strings.Cut(instanceType, ".")
	if units, ok := map[string]float64{"nano": 0.25, "micro": 0.5, "small": 1, "medium": 2, "large": 4, "xlarge": 8}[size]; ok {
		return units
	}
	n, _ := strconv.Atoi(strings.TrimSuffix(size, "xlarge"))
	return 8 * float64(n)
}

func (b discountBook) DedicatedHost(family string) (model.Price, bool) {
	usd, ok := b.hosts[family]
	return model.Price{USD: usd * b.factor}, ok
}

func (b discountBook) ReservedHost(family string, o model.Offering) (model.Price, bool) {
	usd, ok := b.hosts[family]
	return model.Price{USD: model.USD(usd * b.factor * b.share[o]).USD()}, ok
}

func (b discountBook) DedicatedShape(family string) (model.HostShape, bool) {
	shapes := map[string]model.HostShape{
		"m5": {Family: "m5", VCPUs: 96, Cores: 48, Sockets: 2, MemoryMiB: 384 << 10},
		"r5": {Family: "r5", VCPUs: 96, Cores: 48, Sockets: 2, MemoryMiB: 768 << 10},
		"c5": {Family: "c5", VCPUs: 72, Cores: 36, Sockets: 2, MemoryMiB: 144 << 10},
		"i3": {Family: "i3", VCPUs: 72, Cores: 36, Sockets: 2, MemoryMiB: 512 << 10},
		"t3": {Family: "t3", VCPUs: 96, Cores: 48, Sockets: 2, MemoryMiB: 768 << 10, Slots: 192},
	}
	shape, ok := shapes[family]
	return shape, ok
}

// typesOf returns instance types with the sizes of their names.
func typesOf(names ...string) []model.InstanceType {
	var types []model.InstanceType
	for _, name := range names {
		family, size, _ := strings.Cut(name, ".")
		units := discountBook{}.NormalizedUnits(name)
		memory := map[byte]float64{'c': 1, 'm': 2, 'r': 4, 't': 2, 'i': 3.8125}[name[0]]
		types = append(types, model.InstanceType{
			Name: name, Family: family, Size: size, VCPUs: max(2, int(units/2)), ThreadsPerCore: 2,
			MemoryMiB: int64(memory * units / 2 * 1024),
		})
	}
	return types
}

// fleet adds count leases of a type.
func fleet(ledger *model.Ledger, count int, l model.Lease) {
	for range count {
		l.Instance = int32(len(ledger.Leases))
		ledger.Leases = append(ledger.Leases, l)
	}
}

// reserved returns a regional Linux Standard reservation, one year, no upfront.
func reserved(count int64, instanceType string) Commitment {
	return Commitment{
		Kind: ReservedInstance, Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront, Type: instanceType,
		Platform: model.Linux, Tenancy: model.TenancyDefault, Count: count,
	}
}

func savingsPlan(kind CommitmentKind, family string, hourly model.Money) Commitment {
	return Commitment{Kind: kind, Family: family, Term: model.OneYear, Payment: model.NoUpfront, Hourly: hourly}
}

// seconds sums the seconds of instances by option.
func seconds(invoice Invoice) map[Option]float64 {
	sums := map[Option]float64{}
	for _, l := range invoice.Lines {
		if l.Instances {
			sums[l.Option] += l.Consumed
		}
	}
	return sums
}

// ComputePlan is the Convertible rate.
func (b discountBook) ComputePlan(instanceType string, platform model.Platform, o model.Offering) (model.Price, bool) {
	o.Class = model.Convertible
	rate, ok := b.Reserved(instanceType, platform, o)
	rate.Estimated = true
	return rate, ok
}
