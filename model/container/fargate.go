package container

import (
	"fmt"

	"headroom/sim"
)

// Configuration is the memory that a Fargate task of some CPU may have.
type Configuration struct {
	CPU                  int64   // units
	Memory               []int64 // MiB, where they are listed
	From, To, Increments int64   // MiB, where they are a range
}

// Ephemeral storage of a task on Fargate, in GB.
const (
	FreeStorage = 20 // which every task has at no charge
	MaxStorage  = 200
)

// UsualInterruptions is how often AWS takes a task on Fargate Spot back, a second: once in 200
// days. AWS publishes nothing; it is our estimate.
const UsualInterruptions = 0.005 / 86_400

// How long a task has on Fargate from SIGTERM to SIGKILL, its stopTimeout.
const (
	UsualStop = 30 * sim.Second
	MostStop  = 120 * sim.Second
)

// gib is a GB of Fargate's, in MiB.
const gib = 1024

// Configurations is the table of what Fargate has.
func Configurations() []Configuration {
	return []Configuration{
		{CPU: 256, Memory: []int64{512, 1 * gib, 2 * gib}},
		{CPU: 512, From: 1 * gib, To: 4 * gib, Increments: gib},
		{CPU: 1024, From: 2 * gib, To: 8 * gib, Increments: gib},
		{CPU: 2048, From: 4 * gib, To: 16 * gib, Increments: gib},
		{CPU: 4096, From: 8 * gib, To: 30 * gib, Increments: gib},
		{CPU: 8192, From: 16 * gib, To: 60 * gib, Increments: 4 * gib},
		{CPU: 16384, From: 32 * gib, To: 120 * gib, Increments: 8 * gib},
	}
}

// Allows reports whether a task of its CPU may have that memory.
func (c Configuration) Allows(memory int64) bool {
	for _, m := range c.Memory {
		if m == memory {
			return true
		}
	}
	return c.Increments > 0 && memory >= c.From && memory <= c.To && (memory-c.From)%c.Increments == 0
}

// String lists the memory in words.
func (c Configuration) String() string {
	if c.Increments > 0 {
		return fmt.Sprintf("%d to %d in steps of %d", c.From, c.To, c.Increments)
	}
	text := ""
	for i, m := range c.Memory {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(m)
	}
	return text
}

// Fargate returns what is wrong with a task's CPU or its memory, and which of the two;
// both "" where Fargate has it.
func Fargate(n Need) (key, rule string) {
	for _, c := range Configurations() {
		if c.CPU != n.CPU {
			continue
		}
		if c.Allows(n.MemoryMiB) {
			return "", ""
		}
		return "memory", fmt.Sprintf("must be %v (MiB) with cpu %d on Fargate", c, n.CPU)
	}
	return "cpu", "must be 256, 512, 1024, 2048, 4096, 8192 or 16384 on Fargate"
}
