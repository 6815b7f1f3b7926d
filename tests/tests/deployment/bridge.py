"""Where the emulated AWS differs from AWS, and what is done about it. template.yaml knows nothing of this.

* Resources that ministack does not have are taken and do nothing (`ABSENT`): deployments that shift traffic, alarms of alarms,
  saved queries. So are alarms over more than one metric. What they do on AWS is not proved here.
* What a parameter gives is text, and a table keeps it so where its API knows numbers and truth (`type_tables`).
* An API's OpenAPI body, which is what SAM makes of `HttpApi` events, is taken and ignored: every route is made by calls to API
  Gateway once the stack is there, each from its entry in that very body (`make_routes`).
* A table's time-to-live is taken and ignored, and set by a call afterwards (`set_time_to_live`).
* Of several elements of a list that one update removes, each is counted in what the removals before it have left; DynamoDB counts in
  the list as it was (`mend_removal`).
* A stream's trigger invokes without its batching window, and takes an answer with failed items for a success. Both are
  restored (`mend_stream`), but for `BisectBatchOnFunctionError`, `ParallelizationFactor` and the single failed item: the whole batch
  comes again, and one invocation runs at a time.
* An API is reached by a path of the emulator's own address, and not by the host name that the stack's output BaseUrl has
  (`api_url`). Services, too, are at the emulator's address: functions inherit `AWS_ENDPOINT_URL_...` from the emulator's process.
* A bucket's policy that wants TLS is in force, and there is no TLS: requests are taken for such that came with it (`as_if_over_tls`).

Permissions need no bridge: signatures are verified and policies enforced (`AUTH`), so a function may only what its role may.
"""

import re
import time

ABSENT = (
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Logs::QueryDefinition",
)


def take_absent_resources():
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as handlers

    nothing = {"create": lambda name, *_: (name, {}), "delete": lambda *_: None}
    for kind in ABSENT:
        if kind in handlers:
            raise RuntimeError(f"this version of ministack has {kind}: take it out of ABSENT")
        handlers[kind] = nothing

    alarm = handlers["AWS::CloudWatch::Alarm"]

    def create(name, properties, *rest):
        if "Metrics" in properties:
            return name, {"Arn": name}
        return alarm["create"](name, properties, *rest)

    handlers["AWS::CloudWatch::Alarm"] = {**alarm, "create": create}


def type_tables():
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as handlers

    def typed(value):
        if isinstance(value, dict):
            return {key: typed(inner) for key, inner in value.items()}
        if isinstance(value, str) and value in ("true", "false"):
            return value == "true"
        return int(value) if isinstance(value, str) and value.isdecimal() else value

    def of_types(handler):
        return lambda *arguments, **named: handler(*map(typed, arguments), **named)

    table = handlers["AWS::DynamoDB::Table"]
    handlers["AWS::DynamoDB::Table"] = {**table, "create": of_types(table["create"]), "update": of_types(table["update"])}


def mend_removal():
    from ministack.services import dynamodb

    def remove(item, tokens, names, updated):
        paths = [dynamodb._parse_path_from_tokens(part, names) for part in dynamodb._split_by_comma(tokens)]
        # The last elements first, so that the others stay where they are.
        for path in sorted(paths, key=lambda path: path[-1] if isinstance(path[-1], int) else -1, reverse=True):
            updated.add(tuple(path))
            dynamodb._remove_at_path(item, path)

    dynamodb._apply_remove = remove


def mend_stream():
    from ministack.services import lambda_svc

    invoke, poll = lambda_svc._execute_function, lambda_svc._poll_dynamodb_streams

    def invoke_and_read(function, event, *rest, **named):
        outcome = invoke(function, event, *rest, **named)
        records = event.get("Records") if isinstance(event, dict) else None
        body = outcome.get("body")
        if records and isinstance(body, dict) and body.get("batchItemFailures"):
            return {**outcome, "error": True, "body": {"errorType": "BatchItemFailures", "errorMessage": str(body)}}
        return outcome

    def poll_and_gather():
        before = dict(lambda_svc._dynamodb_stream_positions)
        moved = poll()
        for _, _, trigger in lambda_svc._iter_all_esms():
            name = trigger["UUID"]
            if lambda_svc._dynamodb_stream_positions.get(name) != before.get(name):
                window = trigger.get("MaximumBatchingWindowInSeconds") or 0
                lambda_svc._esm_backoff_until[name] = time.time() + window
        return moved

    lambda_svc._execute_function = invoke_and_read
    lambda_svc._poll_dynamodb_streams = poll_and_gather


def as_if_over_tls(app):
    async def over_tls(scope, receive, send):
        await app({**scope, "scheme": "https"} if scope["type"] == "http" else scope, receive, send)

    return over_tls


def set_time_to_live(cloud, resources, template):
    for name, resource in template["Resources"].items():
        if specification := resource["Properties"].get("TimeToLiveSpecification"):
            database = cloud("dynamodb")
            state = database.describe_time_to_live(TableName=resources[name])["TimeToLiveDescription"]["TimeToLiveStatus"]
            if state == "DISABLED":
                database.update_time_to_live(TableName=resources[name], TimeToLiveSpecification=specification)


def make_routes(cloud, resources, template):
    """`resources` are a stack's physical ids by their names in `template`, as SAM has made it."""
    gateway = cloud("apigatewayv2")
    api = resources["Api"]
    known = {route["RouteKey"] for route in gateway.get_routes(ApiId=api)["Items"]}
    functions = {}
    for path, methods in template["Resources"]["Api"]["Properties"]["Body"]["paths"].items():
        for method, operation in methods.items():
            key = f"{method.upper()} {path}"
            uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            # `${Name.Arn}` is a function, `${NameAliaslive}` an alias, whose physical id is its ARN.
            name = re.search(r"functions/\$\{(\w+)", uri).group(1)
            if key in known:
                continue
            if name not in functions:
                physical = resources[name]
                is_arn = physical.startswith("arn:")
                functions[name] = physical if is_arn else cloud("lambda").get_function(FunctionName=physical)["Configuration"]["FunctionArn"]
            integration = gateway.create_integration(
                ApiId=api,
                IntegrationType="AWS_PROXY",
                IntegrationUri=functions[name],
                PayloadFormatVersion=operation["x-amazon-apigateway-integration"]["payloadFormatVersion"],
            )
            gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration['IntegrationId']}")


def api_url(port, resources):
    return f"http://127.0.0.1:{port}/_aws/execute-api/{resources['Api']}"
