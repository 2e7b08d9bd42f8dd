// Package terraform answers: which scenario is what Terraform is about to make?
//
// [Read] takes a plan as `terraform show -json` writes it, [Plan.Scenario] writes the
// tables that it stands for. What refers to what is found in the known values, and where
// these are known only after apply, in the references of the configuration: through
// variables and outputs of modules, count and for_each.
//
// # Guarantees and costs
//
// Nothing is left out silently: every resource is written or in [imports.Skipped] with the reason.
// What is not known is written as an assumption, with a comment.
//
// # How to extend it
//
// A type of resource is a line in the table of write.go: writers, with a function in the
// file of its part: compute.go, group.go, balancer.go, container.go, function.go, network.go. A type that
// only completes others, or needs none, is a line in ignored or refused.
package terraform
