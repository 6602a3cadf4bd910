"""The autoscalers."""

from .panels import chosen, graph, highest, timeline
from .style import IDLE, Dashboard, Panel, Query, Row

HPA = Dashboard(
    "hpa",
    "Autoscalers",
    "Whether each HorizontalPodAutoscaler sees and acts.",
    [
        Row(
            "Replicas",
            [
                Panel(
                    "Replicas",
                    "Wanted and current should meet; at the maximum there is no more to come.",
                    [
                        Query(
                            highest("namespace, hpa", f"hagen_hpa_{kind}_replicas"),
                            f"{{{{namespace}}}}/{{{{hpa}}}} {kind}",
                        )
                        for kind in ("min", "max", "current", "desired")
                    ],
                    width=24,
                    height=9,
                ),
                graph(
                    "Ready",
                    highest("namespace, hpa", "hagen_hpa_target_ready_replicas"),
                    "{{namespace}}/{{hpa}}",
                    "Replicas that serve. Below the wanted for long: capacity does not arrive.",
                ),
                Panel(
                    "Last scaling",
                    "When the number of replicas was last changed.",
                    [
                        Query(
                            f"{highest('namespace, hpa', 'hagen_hpa_last_scale_timestamp_seconds')} * 1000",
                            "{{namespace}}/{{hpa}}",
                        )
                    ],
                    "stat",
                    "dateTimeFromNow",
                    steps=((None, IDLE),),
                ),
            ],
        ),
        Row(
            "Conditions",
            [
                timeline(
                    "Sees its metrics",
                    highest("namespace, hpa", "hagen_hpa_condition", 'condition="ScalingActive", status="true"'),
                    "{{namespace}}/{{hpa}}",
                    "ScalingActive is not true: blind, or scaled to zero by hand.",
                    "sees",
                    "blind",
                ),
                timeline(
                    "Can scale",
                    highest("namespace, hpa", "hagen_hpa_condition", 'condition="AbleToScale", status="true"'),
                    "{{namespace}}/{{hpa}}",
                    "AbleToScale.",
                    "can",
                    "cannot",
                ),
                Panel(
                    "Reasons",
                    "What the controller says. ScalingLimited is normal at the minimum; TooManyReplicas is not.",
                    [Query(f"{highest('namespace, hpa, condition, reason', 'hagen_hpa_condition_reason_info')} == 1")],
                    "table",
                    width=24,
                ),
                Panel(
                    "Metrics and their targets",
                    "What each autoscaler measures, and what it aims at. Utilization is a share of the request.",
                    [
                        Query(highest("namespace, hpa, metric", "hagen_hpa_metric_current"), "{{hpa}} {{metric}} is"),
                        Query(
                            highest("namespace, hpa, metric", "hagen_hpa_metric_wanted"), "{{hpa}} {{metric}} shall be"
                        ),
                    ],
                ),
                chosen(
                    "What is to be said first",
                    f"{highest('namespace, hpa, status', 'hagen_hpa_status')} == 1",
                    "{{hpa}} {{status}}",
                    "Healthy, blind, capped, stuck, disabled or absent.",
                ),
                timeline(
                    "There at all",
                    highest("namespace, hpa", "hagen_hpa_present"),
                    "{{hpa}}",
                    "Whether the cluster has the autoscalers that agent.yaml names.",
                    "there",
                    "absent",
                ),
            ],
        ),
    ],
)
