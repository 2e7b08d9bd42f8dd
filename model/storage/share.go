package storage

import "math"

// user is one of those who share a link.
type user struct {
	most  float64                 // speed that it would have alone
	uses  [linkDimensions]float64 // what a unit of speed takes of each rate of the link
	speed float64                 // that it has

	weight float64 // what a unit of speed takes of the link: the most of any rate, as a share
	held   bool
}

// divide gives each user of a link its speed: at most its own, and none more than
// others that could use it, which is max-min in the rate of which each takes most. A
// rate of 0 is without limit.
func divide(users []user, rates [linkDimensions]float64) {
	for i := range users {
		u := &users[i]
		u.weight = 0
		for k, rate := range rates {
			if rate > 0 {
				u.weight = max(u.weight, u.uses[k]/rate)
			}
		}
		u.speed, u.held = u.most, u.weight == 0 || u.most == 0
	}
	for {
		level, next := math.Inf(1), -1
		for i := range users {
			if u := &users[i]; !u.held && u.most*u.weight < level {
				level, next = u.most*u.weight, i
			}
		}
		if next < 0 {
			return
		}
		if fits := holds(users, rates, level); fits < level {
			for i := range users {
				if u := &users[i]; !u.held {
					u.speed = fits / u.weight
				}
			}
			return
		}
		users[next].held = true
	}
}

// holds returns the level to which those that are not held can rise, at most one that is
// given.
func holds(users []user, rates [linkDimensions]float64, level float64) float64 {
	for k, rate := range rates {
		taken, rising := 0.0, 0.0
		for i := range users {
			if u := &users[i]; u.held {
				taken += u.speed * u.uses[k]
			} else {
				rising += u.uses[k] / u.weight
			}
		}
		if rate > 0 && taken+level*rising > rate*(1+1e-12) {
			level = max(0, (rate-taken)/rising)
		}
	}
	return level
}
