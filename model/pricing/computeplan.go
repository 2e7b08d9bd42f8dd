package pricing

import (
	"cmp"
	"math/big"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/container"
)

// Compute Savings Plans cover tasks on Fargate and Lambda functions, too: what they compute and
// keep ready, not their calls and their storage. Each item of their price lists is a candidate
// of its own, counted in hours of its unit; what plans take of it is left out where it
// is billed.

// serviceItem is one that a Compute Savings Plan covers.
type serviceItem struct {
	service    Service
	item, unit string
	seconds    bool // it is priced by the second
}

// of returns what discounts tell it by.
func (s serviceItem) of() candidate {
	return candidate{name: s.item, service: s.service, platform: model.Linux, tenancy: model.TenancyDefault}
}

func architecture(arm bool) string {
	if arm {
		return "arm"
	}
	return "x86"
}

func taskItems(arm bool) (cpu, memory serviceItem) {
	return serviceItem{Fargate, "vcpu_linux_" + architecture(arm), "vCPU-Hours", false}, serviceItem{Fargate, "memory_linux_" + architecture(arm), "GB-Hours", false}
}

func functionItem(arm bool, tail string) serviceItem {
	return serviceItem{Lambda, architecture(arm) + tail, "GB-Seconds", true}
}

// What of a function a plan covers: computing, being ready, and computing while ready.
const (
	onDemandSeconds = "_gb_second"
	providedSeconds = "_provisioned_gb_second"
	readySeconds    = "_provisioned_duration"
)

// planDiscounts are the percent that a Compute Savings Plan takes off, by term and payment.
// Fargate's without anything upfront and its largest are published, and so are Lambda's least and
// largest; those between are ours (rules.md).
var planDiscounts = map[Service]map[model.Term][3]int64{
	Fargate: {model.OneYear: {20, 24, 27}, model.ThreeYears: {45, 49, 52}},
	Lambda:  {model.OneYear: {12, 15, 17}, model.ThreeYears: {12, 15, 17}},
}

// servicePlanRate returns what an hour of a unit takes of a Compute Savings Plan: what the book
// says of "fargate/vcpu_linux_x86.compute-savings-plan-1y-no-upfront", else the usual discount.
func (s *sheet) servicePlanRate(plan *Commitment, c candidate) price {
	rate := s.service(string(c.service), c.name+"."+plan.PlanName())
	if rate.usd == nil {
		rate = s.service(string(c.service), c.name).times(big.NewRat(100-planDiscounts[c.service][plan.Term][plan.Payment-model.NoUpfront], 100))
		rate.estimated = true
	}
	return c.byTheHour(rate)
}

// byTheHour returns a price of a candidate of a service for an hour of its unit.
func (c *candidate) byTheHour(p price) price {
	if c.service == Lambda {
		return p.times(big.NewRat(hour, 1))
	}
	return p
}

// addServices adds what a Compute Savings Plan covers beside instances, once.
func (c *cover) addServices() {
	if c.services {
		return
	}
	c.services = true
	all := serviceUse{cover: c}
	for i := range c.sheet.ledger.Tasks {
		all.addTask(&c.sheet.ledger.Tasks[i])
	}
	for i := range c.sheet.ledger.Functions {
		all.addFunction(&c.sheet.ledger.Functions[i])
	}
	order := make([]int, len(all.uses.keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := all.uses.keys[a], all.uses.keys[b]
		return cmp.Or(cmp.Compare(x.owner, y.owner), cmp.Compare(x.zone, y.zone), cmp.Compare(x.service, y.service), cmp.Compare(x.item, y.item))
	})
	for _, i := range order {
		key, sum := all.uses.keys[i], &all.uses.sums[i]
		c.items = append(c.items, item{candidate: key.of(), unit: key.unit, owner: key.owner, zone: key.zone, use: -1, span: sum.span, left: sum.micros})
		c.extend(len(sum.micros))
	}
}

// serviceUse is usage of services by clock hour.
type serviceUse struct {
	cover *cover
	uses  fold[serviceKey, serviceSum]
	free  map[int]int64 // microseconds of GB that functions had free, by month
}

type serviceKey struct {
	serviceItem
	owner int32
	zone  model.Zone
}

type serviceSum struct {
	span   span
	micros []int64 // of a unit
}

// add adds microseconds of a unit to a clock hour.
func (u *serviceUse) add(key serviceKey, h int, period span, micros int64) {
	sum := u.uses.at(key)
	sum.span = sum.span.join(period)
	for len(sum.micros) <= h {
		sum.micros = append(sum.micros, 0)
	}
	sum.micros[h] += micros
}

func (u *serviceUse) addTask(t *model.TaskUse) {
	if !t.Fargate || t.Spot {
		return
	}
	cpu, memory := taskItems(t.ARM)
	period := billed(t.From, t.To, minute)
	for h := u.cover.hours.hourOf(period.from); u.cover.hours.begin(h) < period.to; h++ {
		clock := u.cover.clock(h)
		part := span{max(period.from, clock.from), min(period.to, clock.to)}
		u.add(serviceKey{cpu, t.Owner, t.Zone}, h, part, part.seconds()*t.CPU*micro/container.UnitsPerCPU)
		u.add(serviceKey{memory, t.Owner, t.Zone}, h, part, part.seconds()*t.MemoryMiB*micro/mbOfGB)
	}
}

func (u *serviceUse) addFunction(f *model.FunctionUse) {
	_, period := u.cover.sheet.calendar.place(billed(f.From, f.To, 1))
	h := u.cover.hours.hourOf(period.from)
	of := func(tail string, memory, nanoseconds int64) {
		key := serviceKey{functionItem(f.ARM, tail), f.Owner, noZone}
		amount := new(big.Int).Mul(big.NewInt(memory), big.NewInt(nanoseconds))
		micros := amount.Quo(amount, big.NewInt(mbOfGB*secondFraction/micro)).Int64()
		if tail == onDemandSeconds {
			micros -= u.takeFree(h, micros)
		}
		if micros > 0 {
			u.add(key, h, period, micros)
		}
	}
	of(onDemandSeconds, f.Memory, int64(f.Billed-f.Ready))
	of(readySeconds, f.Memory, int64(f.Ready))
	if f.Provisioned > 0 {
		of(providedSeconds, f.Memory*f.Provisioned, int64(f.To-f.From))
	}
}

// takeFree returns how much of some microseconds the free tier grants, the first of a month.
func (u *serviceUse) takeFree(h int, micros int64) int64 {
	s := u.cover.sheet
	if !s.freeTier {
		return 0
	}
	if u.free == nil {
		u.free = map[int]int64{}
	}
	u.cover.extend(h + 1)
	month := u.cover.months[h]
	granted := min(micros, s.prorated(month, freeGBSeconds)*micro-u.free[month])
	u.free[month] += granted
	return granted
}

// coveredKey names usage of a service on the invoice.
type coveredKey struct {
	item  string
	owner int32
	zone  model.Zone
	month int
}

// noteCovered remembers what plans have taken of services, which is not billed again.
func (c *cover) noteCovered() {
	for i, key := range c.taken.keys {
		if key.item < 0 || c.items[key.item].service == "" {
			continue
		}
		it := &c.items[key.item]
		if c.sheet.taken == nil {
			c.sheet.taken = map[coveredKey]int64{}
		}
		c.sheet.taken[coveredKey{it.name, it.owner, it.zone, key.month}] += c.taken.sums[i].micros
	}
}

// coveredOf returns the microseconds of a unit that plans have taken.
func (s *sheet) coveredOf(item string, owner int32, zone model.Zone, month int) int64 {
	return s.taken[coveredKey{item, owner, zone, month}]
}

// serviceCharge returns the line of a service's item without its time and quantity.
func (c *cover) serviceCharge(it *item, option Option) charge {
	resource := "task"
	if it.service == Lambda {
		resource = "function"
	}
	return charge{
		service: it.service, sku: it.name, option: option, owner: it.owner, resource: resource, zone: it.zone,
		price: c.sheet.service(string(it.service), it.name), description: strings.ReplaceAll(it.name, "_", " ") + ", " + string(option),
	}
}

// measureService sets the quantity of a line of a service.
func (line *charge) measureService(it *item, micros int64) {
	amount := ratio(micros, microHour)
	if it.service == Lambda {
		amount = ratio(micros, micro)
	}
	line.consumed, line.priced = quantity{amount, it.unit}, quantity{amount, it.unit}
}
