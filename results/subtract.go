package results

import (
	"reflect"

	"headroom/model/cloud"
	"headroom/sim/stat"
)

// subtracted is what an outcome has beyond an earlier one of the same replication. What
// adds up over time is subtracted. A field that does not says so by its tag: it is
// `window:"to"` what it is at the end of the window, as levels that were measured since
// its beginning, or `window:"key"` what tells the elements of a list apart.
func subtracted(after, before *cloud.Outcome) *cloud.Outcome {
	out := *after
	out.Events -= before.Events
	out.Overtaken -= before.Overtaken
	out.Refused -= before.Refused
	for _, pair := range [][2]any{
		{&out.Routes, &before.Routes}, {&out.Hops, &before.Hops}, {&out.Users, &before.Users}, {&out.Targets, &before.Targets},
		{&out.Observed, &before.Observed}, {&out.Disks, &before.Disks}, {&out.Memories, &before.Memories},
		{&out.Networks, &before.Networks}, {&out.Balancers, &before.Balancers}, {&out.Functions, &before.Functions},
		{&out.Groups, &before.Groups}, {&out.Fleets, &before.Fleets}, {&out.Tenants, &before.Tenants},
		{&out.Spot, &before.Spot}, {&out.Backups, &before.Backups},
	} {
		subtract(reflect.ValueOf(pair[0]).Elem(), reflect.ValueOf(pair[1]).Elem())
	}
	return &out
}

// subtract takes before from after, whose memory nobody else reads.
func subtract(after, before reflect.Value) {
	if !after.CanAddr() || !after.CanSet() {
		return
	}
	switch a := after.Addr().Interface().(type) {
	case *stat.Histogram:
		since := new(stat.Histogram)
		since.SetSince(a, before.Addr().Interface().(*stat.Histogram))
		*a = *since
		return
	case *stat.Tally:
		*a = a.Since(before.Addr().Interface().(*stat.Tally))
		return
	case *stat.Sum:
		*a = a.Minus(*before.Addr().Interface().(*stat.Sum))
		return
	}
	switch after.Kind() {
	case reflect.Int, reflect.Int64:
		after.SetInt(after.Int() - before.Int())
	case reflect.Float64:
		after.SetFloat(after.Float() - before.Float())
	case reflect.Pointer:
		if !after.IsNil() && !before.IsNil() {
			subtract(after.Elem(), before.Elem())
		}
	case reflect.Array:
		for i := range after.Len() {
			subtract(after.Index(i), before.Index(i))
		}
	case reflect.Slice:
		subtractList(after, before)
	case reflect.Struct:
		for i := range after.NumField() {
			if after.Type().Field(i).Tag.Get("window") == "" {
				subtract(after.Field(i), before.Field(i))
			}
		}
	}
}

// subtractList subtracts the elements of a list that stood in it before: those in the
// same place, or those with the same keys.
func subtractList(after, before reflect.Value) {
	keys := keysOf(after.Type().Elem())
	for i, next := 0, 0; i < after.Len() && next < before.Len(); i++ {
		if alike(after.Index(i), before.Index(next), keys) {
			subtract(after.Index(i), before.Index(next))
			next++
		}
	}
}

// keysOf lists the fields that tell elements apart.
func keysOf(element reflect.Type) (fields []int) {
	if element.Kind() != reflect.Struct {
		return nil
	}
	for i := range element.NumField() {
		if element.Field(i).Tag.Get("window") == "key" {
			fields = append(fields, i)
		}
	}
	return fields
}

func alike(a, b reflect.Value, keys []int) bool {
	for _, k := range keys {
		if !a.Field(k).Equal(b.Field(k)) {
			return false
		}
	}
	return true
}
