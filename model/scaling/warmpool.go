package scaling

// WarmPool is how many instances a group keeps ready beside those in service (Amazon EC2
// Auto Scaling User Guide, "Warm pools").
type WarmPool struct {
	Least    int // instances, whatever the group desires
	Prepared int // of the group and the pool together; [MaxPrepared]: the group's largest size
}

// MaxPrepared stands for the largest size of the group.
const MaxPrepared = -1

// Size returns how many instances the pool of a group has that desires so many of at most
// so many.
func (p WarmPool) Size(desired, most int) int {
	if p.Prepared != MaxPrepared {
		most = p.Prepared
	}
	return max(p.Least, most-desired)
}
