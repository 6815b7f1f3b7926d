"""`sam deploy` of what `sam build` has made, as whoever deploys types it, on the emulated AWS of the deployment's tests. Those package and
deploy by CloudFormation's calls, many times; that SAM's own way leads there too is proved here, once.

    .venv/bin/python .ci/sam_deploy.py .aws-sam/arm64 target default

The last argument is the part of samconfig.toml.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# No real account is ever meant.
USER = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1"}


def main():
    build, target, settings = sys.argv[1:]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **USER}
    pythons = sorted(Path(target, "deployment").glob("*/bin/python"), key=lambda path: path.lstat().st_mtime)
    if not pythons:
        sys.exit("the deployment's tests have made no environment with the emulator")
    emulator = subprocess.Popen(
        [pythons[-1], ROOT / "tests/tests/deployment/cloud.py"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=0,
        text=True,
    )
    port = emulator.stdout.readline().strip()
    # Any command: its answer says that the emulator serves.
    print('{"do": "make_key"}', file=emulator.stdin, flush=True)
    emulator.stdout.readline()
    deploy = [Path(sys.executable).with_name("sam"), "deploy", "--template-file", Path(build, "template.yaml")]
    settings = ["--config-file", ROOT / "samconfig.toml", "--config-env", settings]
    # As in samconfig.toml otherwise, but that nobody is here to be asked.
    options = ["--stack-name", "by-sam", "--no-confirm-changeset", "--no-progressbar"]
    made = subprocess.run(
        deploy + settings + options,
        env={**environment, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if made.returncode != 0 or "Successfully created/updated stack - by-sam" not in made.stdout:
        sys.exit(made.stdout)
    print("Successfully created/updated stack - by-sam")


main()
