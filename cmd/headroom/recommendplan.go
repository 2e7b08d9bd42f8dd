package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/container"
	"headroom/results/buying"
	"headroom/results/folder"
	"headroom/results/page"
	"headroom/results/report"
)

// fleetFlags are the flags of recommend plan.
type fleetFlags struct {
	buyingFlags
	spot []string
	out  string
}

// allSpot is the word for a fleet that is on Spot as a whole.
const allSpot = "all"

func newRecommendPlan() *cobra.Command {
	var f fleetFlags
	c := &cobra.Command{
		Use:   "plan FILE",
		Short: "Say how to buy a scenario's fleet: how much on Spot, and what to commit to",
		Long: `plan simulates a scenario with more and more of its groups on Spot, under the same
random numbers, finds for each the Reserved Instances or Savings Plans that are cheapest
for what stays On-Demand, and judges the file's [thresholds]: interruptions lose requests
and take time to make good. It recommends the cheapest purchase that keeps the
thresholds, once without commitments, once with those of up to a year and once with those
of up to three, and tells what each of the others would cost more, by paired differences;
~ stands before what may be luck. A threshold is kept if it is so with 95 % confidence
for whichever way to launch is chosen. Interrupted, it recommends among the ways that were
simulated and says which are missing; --spot with those alone simulates them, and the same command
with --out, which keeps a journal, goes on where it was.

A share of Spot is of what a group has above its min_size, which stays On-Demand as the base; all is
without that base. With --out it also writes fleet.json, fleet.csv, an invoice of what is recommended for
each horizon and the page report.html, and keeps a journal: killed in any way and started again, also with other
shares of Spot, it simulates nothing twice. The exit code is 3 if nothing could be shown to keep the thresholds.`,
		Args: oneFile,
		RunE: func(c *cobra.Command, files []string) error { return f.run(c, files) },
	}
	f.add(c)
	c.Flags().StringSliceVar(&f.spot, "spot", []string{"0", "25", "50", "75", "100", allSpot}, "whole `percents` on Spot to try, beside 0: of what is above min_size, or "+allSpot)
	c.Flags().StringVar(&f.out, "out", "", "`directory` for the files of the recommendation")
	return c
}

func (f *fleetFlags) run(c *cobra.Command, files []string) error {
	shares, err := f.shares()
	f.refuse(err, buying.CheckCommitments(f.plans))
	format, e, err := f.open(c, files)
	if err != nil {
		return err
	}
	ways, stays := fleetWays(e, shares, slices.Contains(f.spot, allSpot))
	o := f.options(e)
	var to *folder.Folder
	if f.out != "" {
		if to, err = openOut(f.out, report.FleetFolder()); err != nil {
			return err
		}
		defer giveBack(to)
	}
	e.limitMemory(c.Context())
	defer gracefully(c.Context())()
	if to != nil {
		kept, err := keepPlan(e, to)
		if err != nil {
			return err
		}
		defer kept.close()
		o.Keeper = kept
	}
	bar := newProgress(e.Name, len(ways)*e.Replications, f.workers, f.quiet)
	o.Progress, o.Moved = bar.advance, bar.moved
	fleet, stopped := buying.BuyFleet(c.Context(), ways, e.Thresholds, o)
	bar.end()
	if fleet == nil {
		return fruitless(c, stopped)
	}
	fleet.PriceDate = e.PriceDate()
	fleet.Warnings = slices.Concat(e.Warnings, stays, fleet.Warnings)
	var unsaved error
	if to != nil { // what cannot be saved is printed all the same
		unsaved = report.SaveFleet(to, fleet, page.Content())
	}
	err = report.WriteFleet(c.OutOrStdout(), report.Options{Format: format, Color: colored(os.Stdout)}, fleet)
	if stopped != nil {
		return together(unsaved, err, interruption(c.Context(), stopped))
	}
	return together(unsaved, err, verdictOfFleet(fleet))
}

// shares reads the percents of Spot, without those that are twice there.
func (f *fleetFlags) shares() ([]int, error) {
	var all []int
	var faults []error
	if len(f.spot) == 0 {
		faults = append(faults, fmt.Errorf("--spot: must be whole percents from 0 to 100 or %q, not empty", allSpot))
	}
	for _, text := range f.spot {
		if text == allSpot {
			continue
		}
		percent, err := strconv.Atoi(text)
		if err != nil || percent < 0 || percent > 100 {
			faults = append(faults, fmt.Errorf("--spot: must be whole percents from 0 to 100 or %q, got %q", allSpot, text))
		}
		all = append(all, percent)
	}
	slices.Sort(all)
	return slices.Compact(all), errors.Join(faults...)
}

// fleetWays lists the ways to launch a scenario that differ, On-Demand first, and what
// cannot be had as Spot.
func fleetWays(e *experiment, shares []int, all bool) (ways []buying.Way, stays []string) {
	ways = []buying.Way{{Name: "On-Demand", Config: e.AsOnDemand()}}
	if !e.SellsSpot() {
		_, stays = e.AsSpot()
		return ways, stays
	}
	for _, percent := range shares {
		if percent > 0 && len(e.Config.Groups) > 0 {
			cfg, _ := e.AsSpotShare(percent)
			ways = append(ways, buying.Way{Name: fmt.Sprintf("base + %d %% Spot", percent), Config: cfg, Keys: fleetKeys(cfg)})
		}
	}
	if all {
		cfg, left := e.AsSpot()
		ways, stays = append(ways, buying.Way{Name: "all on Spot", Config: cfg, Keys: fleetKeys(cfg)}), left
	}
	if written := e.AsWritten(); written != nil {
		ways = append(ways, buying.Way{Name: "as the file says", Config: written})
	}
	return ways, stays
}

// fleetKeys are the keys by which groups launch so.
func fleetKeys(cfg *cloud.Config) (keys []string) {
	for i := range cfg.Groups {
		g := &cfg.Groups[i]
		if g.Tasks != nil && g.Tasks.OnSpot() {
			keys = append(keys, g.Path()+".capacity_provider_strategy = ["+strategyText(g.Tasks.Providers)+"]")
		}
		if g.Mixed == nil {
			continue
		}
		keys = append(keys,
			fmt.Sprintf("autoscaling_group.%s.mixed_instances_policy.on_demand_base_capacity = %d", g.Name, g.Mixed.OnDemandBase),
			fmt.Sprintf("autoscaling_group.%s.mixed_instances_policy.on_demand_percentage_above_base_capacity = %d", g.Name, g.Mixed.OnDemandPercentage))
	}
	for i := range cfg.InstanceWorkloads {
		if w := &cfg.InstanceWorkloads[i]; w.Option == model.Spot && !w.Foreign {
			keys = append(keys, fmt.Sprintf("instance_workload.%s.purchase_option = \"spot\"", w.Name))
		}
	}
	return keys
}

// strategyText writes a capacity provider strategy as a scenario does.
func strategyText(strategy []container.Provider) string {
	var lines []string
	for _, p := range strategy {
		on := "FARGATE"
		if p.Spot {
			on = "FARGATE_SPOT"
		}
		lines = append(lines, fmt.Sprintf("{ capacity_provider = %q, base = %d, weight = %d }", on, p.Base, p.Weight))
	}
	return strings.Join(lines, ", ")
}

// verdictOfFleet reports that nothing is sure to keep the thresholds.
func verdictOfFleet(f *buying.Fleet) error {
	for _, horizon := range buying.Horizons() {
		if best := f.Best(horizon); best != nil && best.Standing == buying.Kept {
			return nil
		}
	}
	return &failure{exitBreached, errors.New(f.Scenario + ": no way to buy could be shown to meet the thresholds")}
}
