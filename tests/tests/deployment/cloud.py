"""An emulated AWS on a port of its own, for as long as whoever started it keeps this process's standard input open.

It reads commands, one JSON object a line, and answers each with one: `{"done": ...}` or `{"failed": "..."}`. The first line that it
writes is the port. `ministack` itself wants a port that somebody else found free, and outlives a test that is killed. Here the
end of the input ends everything: the functions' processes are of the same group.
"""

import asyncio
import hashlib
import io
import json
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
import zipfile

REGION = "eu-central-1"
CODE = "code"
# How long a change set or a stack may take. Both take a second.
PATIENCE = 60


class Cloud:
    def __init__(self, port):
        self.port = port
        self.clients = {}

    def __call__(self, service):
        import boto3

        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,
                endpoint_url=f"http://127.0.0.1:{self.port}",
                region_name=REGION,
                aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
            )
        return self.clients[service]

    def deploy(self, stack, template, programs, parameters):
        """As `sam deploy`: packages, makes a change set, executes it. `programs` are paths by the folders that CodeUri names."""
        packaged = self.package(template, programs)
        formation = self("cloudformation")
        there = any(known["StackName"] == stack for known in formation.describe_stacks()["Stacks"])
        change = f"change-{time.time_ns()}"
        formation.create_change_set(
            StackName=stack,
            ChangeSetName=change,
            ChangeSetType="UPDATE" if there else "CREATE",
            # A body may have 51,200 bytes. `sam deploy` never sends one.
            TemplateURL=self.put(packaged.encode()),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        self.until(lambda: formation.describe_change_set(StackName=stack, ChangeSetName=change), "Status", "CREATE_COMPLETE")
        formation.execute_change_set(StackName=stack, ChangeSetName=change)
        done = "UPDATE_COMPLETE" if there else "CREATE_COMPLETE"
        try:
            made = self.until(lambda: formation.describe_stacks(StackName=stack)["Stacks"][0], "StackStatus", done)
        except RuntimeError as error:
            events = formation.describe_stack_events(StackName=stack)["StackEvents"]
            why = [f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}" for event in events if "FAILED" in event["ResourceStatus"]]
            raise RuntimeError(f"{error}: {why}") from None
        resources = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in formation.describe_stack_resources(StackName=stack)["StackResources"]
        }
        translated = formation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
        bridge.set_time_to_live(self, resources, translated)
        bridge.make_routes(self, resources, translated)
        outputs = {output["OutputKey"]: output["OutputValue"] for output in made.get("Outputs", [])}
        return {"url": bridge.api_url(self.port, resources), "outputs": outputs, "resources": resources}

    def package(self, template, programs):
        """As `sam package`: what CodeUri names becomes an object in a bucket, by its hash."""

        def upload(match):
            with open(programs[match.group(2)], "rb") as program:
                code = program.read()
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w") as opened:
                entry = zipfile.ZipInfo("bootstrap")
                entry.external_attr = 0o755 << 16
                opened.writestr(entry, code)
            # By the program's hash: the archive's own would change with the time in it.
            key = hashlib.sha256(code).hexdigest()
            self.put(archive.getvalue(), key)
            return f"{match.group(1)}s3://{CODE}/{key}"

        with open(template, encoding="utf-8") as opened:
            return re.sub(r"(?m)^( +CodeUri: )(.+)$", upload, opened.read())

    def put(self, content, key=None):
        key = key or hashlib.sha256(content).hexdigest()
        self("s3").put_object(Bucket=CODE, Key=key, Body=content)
        return f"http://127.0.0.1:{self.port}/{CODE}/{key}"

    @staticmethod
    def until(ask, key, wanted):
        """Asks until what is under way has ended; CloudFormation has no event for it."""
        end = time.monotonic() + PATIENCE
        while True:
            answer = ask()
            if answer[key] == wanted:
                return answer
            if not answer[key].endswith(("_IN_PROGRESS", "_PENDING")) or time.monotonic() > end:
                raise RuntimeError(f"{answer[key]} {answer.get('StatusReason', '')}")
            time.sleep(0.02)

    def keep_secret(self, name, value):
        """The secret `name` is the JSON object `value` from now on, or that very text."""
        manager = self("secretsmanager")
        text = value if isinstance(value, str) else json.dumps(value)
        try:
            manager.create_secret(Name=name, SecretString=text)
        except manager.exceptions.ResourceExistsException:
            manager.put_secret_value(SecretId=name, SecretString=text)

    def make_key(self):
        """A key of the customer's own, whose policy lets the account's own policies decide. Its ARN."""
        return self("kms").create_key()["KeyMetadata"]["Arn"]

    def make_zone(self, name):
        """A hosted zone of a domain. Its id."""
        zone = self("route53").create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]
        return zone["Id"].rsplit("/", 1)[-1]

    def items(self, table):
        """The keys of all items."""
        pages = self("dynamodb").get_paginator("scan").paginate(TableName=table)
        return sorted(item["pk"]["S"] for page in pages for item in page["Items"])

    def put_policy(self, role, policy, document):
        """The role's inline policy; `null` takes it away. Returns what it was."""
        iam = self("iam")
        before = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"] if document is None else None
        if document is None:
            iam.delete_role_policy(RoleName=role, PolicyName=policy)
        else:
            iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))
        return before

    def logs(self, group):
        """The messages of a log group, oldest first."""
        pages = self("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]


def serve_commands(cloud, answers):
    cloud("s3").create_bucket(Bucket=CODE, CreateBucketConfiguration={"LocationConstraint": REGION})
    print(cloud.port, file=answers, flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = {"done": getattr(cloud, command.pop("do"))(**command)}
        except Exception:  # whatever it is, the test is to show it
            answer = {"failed": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


def commands(cloud, answers):
    try:
        serve_commands(cloud, answers)
    finally:
        shutil.rmtree(tempfile.tempdir, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)


def main():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    # The programs are unpacked there.
    tempfile.tempdir = tempfile.mkdtemp(prefix="deployment-")
    os.environ.update(
        TMPDIR=tempfile.tempdir,
        GATEWAY_PORT=str(port),
        MINISTACK_REGION=REGION,
        AUTH="true",
        # Functions inherit these. On AWS a service's address follows from the region.
        AWS_ENDPOINT_URL_DYNAMODB=f"http://127.0.0.1:{port}",
        AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{port}",
        AWS_ENDPOINT_URL_SECRETS_MANAGER=f"http://127.0.0.1:{port}",
    )
    # It prints its name; what is written here is answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    # They read the environment when they are loaded.
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    bridge.take_absent_resources()
    bridge.type_tables()
    bridge.mend_removal()
    bridge.mend_stream()
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = 75

    async def run():
        threading.Thread(target=commands, args=(Cloud(port), answers), daemon=True).start()
        await serve(bridge.as_if_over_tls(app), config, shutdown_trigger=asyncio.Event().wait)

    asyncio.run(run())


if __name__ == "__main__":
    import bridge

    main()
