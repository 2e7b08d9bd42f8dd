package tables

import (
	"strings"

	"headroom/scenarios/schema"
)

// foreign are attributes of Terraform's resources that are keys of no table here: what is
// written of a resource of AWS is accepted as far as it means what happens anyway, and
// answered with what to use where it means more.
type foreign struct {
	tables, keys string         // several each
	accepted     schema.Neutral // values that mean what happens anyway
	instead      string         // what to use for the others; "" if there is nothing
}

// machineTables are those with the keys of a machine.
const machineTables = instanceTable + " " + machineTable

// responseHeaders are what a listener says of headers that no application and no client here looks at.
const responseHeaders = "routing_http_request_x_amzn_mtls_clientcert_header_name routing_http_request_x_amzn_mtls_clientcert_serial_number_header_name " +
	"routing_http_request_x_amzn_mtls_clientcert_issuer_header_name routing_http_request_x_amzn_mtls_clientcert_subject_header_name " +
	"routing_http_request_x_amzn_mtls_clientcert_validity_header_name routing_http_request_x_amzn_mtls_clientcert_leaf_header_name " +
	"routing_http_request_x_amzn_tls_version_header_name routing_http_request_x_amzn_tls_cipher_suite_header_name " +
	"routing_http_response_access_control_allow_origin_header_value routing_http_response_access_control_allow_methods_header_value " +
	"routing_http_response_access_control_allow_headers_header_value routing_http_response_access_control_allow_credentials_header_value " +
	"routing_http_response_access_control_expose_headers_header_value routing_http_response_access_control_max_age_header_value " +
	"routing_http_response_content_security_policy_header_value routing_http_response_strict_transport_security_header_value " +
	"routing_http_response_x_content_type_options_header_value routing_http_response_x_frame_options_header_value"

// foreigners lists them, by subject.
var foreigners = []foreign{
	{"launch_template.NAME security_group.NAME placement_group.NAME image.NAME dns_record.NAME", "name name_prefix", schema.Never, "the name of the table, [TABLE.NAME]"},
	{"key_pair.NAME", "key_name key_name_prefix", schema.Never, "the name of the table, [key_pair.NAME]"},
	{"launch_template.NAME image.NAME network_interface.NAME launch_template.NAME.network_interfaces[]", "description", schema.AnyText, ""},
	{"vpc internet_gateway subnet.NAME security_group.NAME key_pair.NAME placement_group.NAME instance.NAME.block_device_mappings[] launch_template.NAME.block_device_mappings[]", "tags", schema.AnyTable, ""},
	{"internet_gateway subnet.NAME", "vpc_id", schema.AnyText, ""}, // there is one VPC

	{machineTables, "get_password_data user_data_replace_on_change force_destroy", schema.AnyFlag, ""},
	{machineTables, "disable_api_stop", schema.Nothing, "no action with do = \"stop\" on it"},
	{machineTables, "ipv6_address_count ipv6_addresses enable_primary_ipv6", schema.Nothing, ""},
	{machineTables, "ephemeral_block_device", schema.Never, "the disks of the instance store, which a type has anyway: service.NAME with from = \"instance-store\""},
	{machineTables, "enclave_options", schema.TableWith("enabled", false), ""},
	{machineTables, "maintenance_options", schema.TableWith("auto_recovery", "default"), ""},
	{machineTables, "private_dns_name_options", schema.AnyTable, ""},
	{machineTables, "host_resource_group_arn", schema.Nothing, "placement.host_id"},
	{machineTables, "user_data_base64", schema.Never, "user_data"},
	{machineTables, "network_interface primary_network_interface", schema.Never, "network_interfaces, or a [network_interface.NAME] with attachment = { instance = NAME }"},
	{machineTables, "kernel_id ram_disk_id", schema.Nothing, "image"},
	{machineTables, "license_specification elastic_gpu_specifications elastic_inference_accelerator", schema.Nothing, ""},
	{machineTables, "tag_specifications", schema.Nothing, "tags"},
	{machineTables, "instance_requirements", schema.Nothing, "autoscaling_group.NAME.mixed_instances_policy.override with types by name"},
	{"launch_template.NAME", "default_version", schema.One, "version of the [launch_template.NAME] that the group names"},
	{"launch_template.NAME", "update_default_version", schema.AnyFlag, ""},
	{"instance.NAME.placement launch_template.NAME.placement", "host_resource_group_arn spread_domain", schema.Nothing, "placement.host_id, or placement.group_name"},
	{"instance.NAME.block_device_mappings[] launch_template.NAME.block_device_mappings[]", "no_device virtual_name", schema.Nothing, "no mapping: nothing is mapped by the image"},
	{"instance.NAME.block_device_mappings[] launch_template.NAME.block_device_mappings[]", "volume_initialization_rate", schema.Nothing, "a snapshot with fast_restore"},
	{"instance.NAME.network_interfaces[] launch_template.NAME.network_interfaces[]", "network_interface_id private_ip_address ipv4_addresses", schema.Nothing, "a [network_interface.NAME] with private_ips, attached to the instance"},
	{"instance.NAME.network_interfaces[] launch_template.NAME.network_interfaces[]", "ipv6_addresses ipv6_address_count ipv4_prefixes ipv4_prefix_count ipv6_prefixes ipv6_prefix_count network_card_index", schema.Nothing, ""},
	{"instance.NAME.network_interfaces[] launch_template.NAME.network_interfaces[]", "delete_on_termination", schema.On, "a [network_interface.NAME], which stays when its instance ends"},
	{"network_interface.NAME instance.NAME.network_interfaces[] launch_template.NAME.network_interfaces[]", "interface_type", schema.Words("interface"), ""},

	{"vpc", "enable_dns_support enable_dns_hostnames enable_network_address_usage_metrics", schema.AnyFlag, ""},
	{"vpc", "instance_tenancy", schema.Words("default"), "tenancy of the launch templates"},
	{"vpc", "ipv4_ipam_pool_id ipv4_netmask_length", schema.Nothing, "cidr_block"},
	{"vpc", "assign_generated_ipv6_cidr_block ipv6_cidr_block ipv6_ipam_pool_id", schema.Nothing, ""},
	{"subnet.NAME", "assign_ipv6_address_on_creation enable_dns64 ipv6_native ipv6_cidr_block outpost_arn customer_owned_ipv4_pool map_customer_owned_ip_on_launch", schema.Nothing, ""},
	{"subnet.NAME", "enable_resource_name_dns_a_record_on_launch", schema.AnyFlag, ""},
	{"subnet.NAME", "private_dns_hostname_type_on_launch", schema.AnyText, ""},
	{"subnet.NAME capacity_reservation.NAME", "availability_zone_id", schema.Nothing, "availability_zone"},
	{"nat_gateway.NAME", "connectivity_type", schema.Words("public"), ""},
	{"nat_gateway.NAME", "private_ip secondary_allocation_ids secondary_private_ip_addresses secondary_private_ip_address_count", schema.Nothing, "another [nat_gateway.NAME]"},
	{"elastic_ip.NAME", "domain", schema.Words("vpc"), ""},
	{"elastic_ip.NAME", "vpc", schema.On, ""},
	{"elastic_ip.NAME", "address customer_owned_ipv4_pool ipam_pool_id", schema.Nothing, "instance or network_interface"},
	{"elastic_ip.NAME", "network_border_group", schema.AnyText, ""},
	{"network_interface.NAME", "private_ip private_ip_list_enabled", schema.Nothing, "private_ips"},
	{"network_interface.NAME", "ipv6_addresses ipv6_address_count ipv4_prefixes ipv4_prefix_count ipv6_prefixes ipv6_prefix_count", schema.Nothing, ""},
	{"network_interface.NAME.attachment", "network_card_index", schema.Nothing, ""},
	{"security_group.NAME", "revoke_rules_on_delete", schema.AnyFlag, ""},
	{"security_group.NAME.ingress[] security_group.NAME.egress[]", "ipv6_cidr_blocks cidr_ipv6", schema.Nothing, "cidr_blocks: there is IPv4 only"},
	{"security_group.NAME.ingress[] security_group.NAME.egress[]", "prefix_list_ids prefix_list_id", schema.Nothing, "cidr_blocks"},
	{"vpc_endpoint.NAME", "vpc_id", schema.AnyText, ""}, // there is one VPC
	{"vpc_endpoint.NAME", "tags", schema.AnyTable, ""},  // it is not on the bill
	{"vpc_endpoint.NAME", "route_table_ids", schema.Nothing, "subnets"},
	{"vpc_endpoint.NAME", "policy", schema.AnyText, ""},
	{"vpc_endpoint.NAME", "auto_accept", schema.AnyFlag, ""},
	{"vpc_endpoint.NAME", "subnet_ids security_group_ids subnet_configuration private_dns_enabled dns_options ip_address_type service_region", schema.Nothing, ""}, // of interface endpoints
	{"vpn_connection.NAME", "type", schema.Words("ipsec.1"), ""},
	{"vpn_connection.NAME", "customer_gateway_id vpn_gateway_id transit_gateway_id tunnel1_inside_cidr tunnel2_inside_cidr", schema.AnyText, ""},
	{"vpn_connection.NAME", "static_routes_only", schema.AnyFlag, ""},

	{"dedicated_host.NAME", "outpost_arn asset_id", schema.Nothing, ""},
	{"capacity_reservation.NAME", "ebs_optimized", schema.AnyFlag, ""},
	{"capacity_reservation.NAME", "ephemeral_storage outpost_arn", schema.Nothing, ""},
	{"capacity_reservation.NAME", "end_date_type", schema.Words("unlimited", "limited"), ""}, // as until is given or not
	{"image.NAME", "virtualization_type", schema.Words("hvm"), ""},
	{"image.NAME", "ena_support", schema.On, ""},
	{"image.NAME", "boot_mode imds_support tpm_support sriov_net_support root_device_name deprecation_time uefi_data", schema.AnyText, ""},
	{"image.NAME", "kernel_id ramdisk_id image_location", schema.Nothing, ""},
	{"image.NAME", "ebs_block_device ephemeral_block_device", schema.Never, "size"},
	{"image.NAME", "source_ami_id source_ami_region source_instance_id", schema.Never, `an action with do = "copy-image"`},
	{"image.NAME", "snapshot_without_reboot", schema.AnyFlag, ""},
	{"key_pair.NAME", "public_key", schema.AnyText, ""},

	{"autoscaling_group.NAME target_group.NAME load_balancer.NAME", "name name_prefix", schema.Never, "the name of the table, [TABLE.NAME]"},
	{"autoscaling_group.NAME", "force_delete force_delete_warm_pool ignore_failed_scaling_activities", schema.AnyFlag, ""},
	{"autoscaling_group.NAME", "wait_for_capacity_timeout service_linked_role_arn context", schema.AnyText, ""},
	{"autoscaling_group.NAME", "wait_for_elb_capacity min_elb_capacity", schema.AnyWhole, ""}, // of who applies, not of the group
	{"autoscaling_group.NAME", "metrics_granularity", schema.Words("1Minute"), ""},
	{"autoscaling_group.NAME", "desired_capacity_type", schema.Words("units"), "mixed_instances_policy with weighted_capacity"},
	{"autoscaling_group.NAME", "availability_zone_distribution", schema.TableWith("capacity_distribution_strategy", "balanced-best-effort"), ""},
	{"autoscaling_group.NAME", "launch_configuration", schema.Nothing, "launch_template"},
	{"autoscaling_group.NAME", "load_balancers target_group_arns traffic_source", schema.Nothing, "target_groups"},
	{"autoscaling_group.NAME", "tag", schema.Nothing, "tags"},
	{"target_group.NAME", "vpc_id", schema.AnyText, ""}, // there is one VPC
	{"target_group.NAME", "tags", schema.AnyTable, ""},
	{"target_group.NAME", "ip_address_type", schema.IPv4, ""},
	{"target_group.NAME", "proxy_protocol_v2", schema.Off, ""},
	{"target_group.NAME", "lambda_multi_value_headers_enabled", schema.AnyFlag, ""},
	{"autoscaling_group.NAME.instance_refresh", "triggers", schema.AnyTexts, ""}, // at says when
	{"autoscaling_group.NAME.schedule[]", "scheduled_action_name", schema.Nothing, "name"},
	{"autoscaling_group.NAME.schedule[] autoscaling_group.NAME.policy[]", "autoscaling_group_name", schema.AnyText, ""},
	{"autoscaling_group.NAME.policy[]", "enabled", schema.On, "no policy, or an action that suspends AlarmNotification"},
	{"autoscaling_group.NAME.initial_lifecycle_hook[]", "notification_metadata notification_target_arn role_arn", schema.AnyText, ""},
	{"load_balancer.NAME.listener[] load_balancer.NAME.rule[]", "tags", schema.AnyTable, ""},
	{"load_balancer.NAME.default_action load_balancer.NAME.rule[].action load_balancer.NAME.listener[].default_action", "order", schema.AnyWhole, ""}, // of actions before the one that there is
	{"load_balancer.NAME.listener[]", "routing_http_response_server_enabled", schema.AnyFlag, ""},
	{"load_balancer.NAME.listener[]", responseHeaders, schema.AnyText, ""},
	{"load_balancer.NAME.listener[]", "mutual_authentication", schema.TableWith("mode", "off"), ""},
	{"load_balancer.NAME", "enable_zonal_shift", schema.AnyFlag, "zonal_shift"},
	{"load_balancer.NAME", "enforce_security_group_inbound_rules_on_private_link_traffic", schema.AnyText, ""},
	{"load_balancer.NAME", "customer_owned_ipv4_pool ipam_pools", schema.Nothing, ""},

	{"dns_record.NAME", "type", schema.Words("A"), "type A: addresses of load balancers"},
	{"dns_record.NAME", "zone_id", schema.AnyText, ""},
	{"dns_record.NAME", "allow_overwrite", schema.AnyFlag, ""},
	{"dns_record.NAME", "records", schema.Never, "record = [{ alias = NAME }]"},
	{"dns_record.NAME", "alias", schema.Never, "record = [{ alias = NAME }]"},
	{"dns_record.NAME.record[]", "health_check_id", schema.Never, "health_check"},
	{"dns_record.NAME.record[]", "latency_routing_policy geolocation_routing_policy geoproximity_routing_policy cidr_routing_policy multivalue_answer_routing_policy", schema.Nothing, "failover_routing_policy or weighted_routing_policy"},
}

// foreignKeys are their keys.
func foreignKeys() []schema.Key {
	var keys []schema.Key
	for _, f := range foreigners {
		for _, at := range strings.Fields(f.tables) {
			table, _, _ := strings.Cut(at, ".")
			for _, key := range strings.Fields(f.keys) {
				keys = append(keys, schema.Foreign(at+"."+key, f.accepted).Use(strings.ReplaceAll(f.instead, "TABLE", table)))
			}
		}
	}
	return keys
}
