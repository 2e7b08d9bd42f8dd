package routing

// Random picks each target in rotation with equal chance, by one draw. AWS
// offers no such algorithm; it is the yardstick of the others.
type Random struct {
	targets dense
	chooser Chooser
}

// NewRandom returns the policy without targets.
func NewRandom(chooser Chooser) *Random { return &Random{chooser: chooser} }

// Add implements [Policy].
func (p *Random) Add(target int) { p.targets.add(target) }

// Remove implements [Policy].
func (p *Random) Remove(target int) { p.targets.remove(target) }

// Began implements [Policy]. The choice does not depend on it.
func (p *Random) Began(int) {}

// Ended implements [Policy]. The choice does not depend on it.
func (p *Random) Ended(int) {}

// Pick implements [Policy].
func (p *Random) Pick(int) (target int, ok bool) {
	n := len(p.targets.list)
	if n == 0 {
		return 0, false
	}
	return int(p.targets.list[p.chooser.Below(n)]), true
}

// dense is a set of targets as a list without holes: the last takes the place
// of one that is removed.
type dense struct {
	list []int32
	at   []int32 // per target: 1 + its position in list, 0 if absent
}

func (d *dense) add(target int) {
	d.at = grown(d.at, target)
	if d.at[target] != 0 {
		panic("routing: target added twice")
	}
	d.list = append(d.list, int32(target))
	d.at[target] = int32(len(d.list))
}

func (d *dense) remove(target int) {
	if target >= len(d.at) || d.at[target] == 0 {
		panic("routing: target removed that is not in rotation")
	}
	at, last := d.at[target], len(d.list)-1
	moved := d.list[last]
	d.list[at-1] = moved
	d.at[moved] = at
	d.at[target] = 0
	d.list = d.list[:last]
}
