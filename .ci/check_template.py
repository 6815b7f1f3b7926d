"""template.yaml under every choice that it offers: what its rules let through, what SAM makes of it, and what cfn-lint says of that.

`cfn-lint template.yaml` looks at the defaults alone where SAM decides by a parameter's value. Here each option is on and off. Run by `.ci/run`; by
hand: `.venv/bin/python .ci/check_template.py`. It ends with 1 and says what is wrong, or with 0.
"""

import copy
import json
import logging
import re
import sys
from pathlib import Path

import boto3
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"
REGION = "eu-central-1"
FUNCTIONS = 6

KEY = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:duty"
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
CANARY = "Canary10Percent5Minutes"
ZONE = "Z0123456789ABCDEFGHIJ"

EVERYTHING = {
    "Architecture": "x86_64",
    "SecretName": "shops/switchboard",
    "RedeliverWindow": "1",
    "GradualDeployment": CANARY,
    "ThrottleRate": "10",
    "ThrottleBurst": "20",
    "ReservedConcurrency": "50",
    "LogLevel": "ERROR",
    "LogRetentionDays": "365",
    "AlarmEmail": "duty@example.com",
    "Dashboard": "false",
    "RecoveryDays": "7",
    "DeletionProtection": "false",
    "FileRetentionDays": "30",
    "KmsKeyArn": KEY,
    "DomainName": "chat.example.com",
    "HostedZoneId": ZONE,
    "CertificateArn": CERTIFICATE,
}

ACCEPTED = {
    "the defaults": {},
    "everything": EVERYTHING,
    "everything, and a topic": {**EVERYTHING, "AlarmEmail": "", "AlarmTopic": TOPIC},
    "x86_64": {"Architecture": "x86_64"},
    "a secret of another name": {"SecretName": "shops/switchboard"},
    "a cap": {"ReservedConcurrency": "50"},
    "WARN": {"LogLevel": "WARN"},
    "an address": {"AlarmEmail": "duty@example.com"},
    "a topic": {"AlarmTopic": TOPIC},
    "no dashboard": {"Dashboard": "false"},
    "a key": {"KmsKeyArn": KEY},
    "a domain with its zone": {"DomainName": "chat.example.com", "HostedZoneId": ZONE},
    "a domain with its certificate": {"DomainName": "chat.example.com", "CertificateArn": CERTIFICATE},
    "a domain with both": {"DomainName": "chat.example.com", "HostedZoneId": ZONE, "CertificateArn": CERTIFICATE},
    "no protection": {"DeletionProtection": "false", "RecoveryDays": "1", "FileRetentionDays": "2"},
    "step by step": {"GradualDeployment": "Linear10PercentEvery1Minute"},
}

LINTED = {"the defaults", "everything", "everything, and a topic", "step by step"}

# What is refused, and by which rule or parameter.
REFUSED = {
    "OneWayToTell": {"AlarmEmail": "duty@example.com", "AlarmTopic": TOPIC},
    "DomainIsCertified": {"DomainName": "chat.example.com"},
    "ZoneHasDomain": {"HostedZoneId": ZONE},
    "CertificateHasDomain": {"CertificateArn": CERTIFICATE},
    "Architecture": {"Architecture": "arm"},
    "SecretName": {"SecretName": "switchboard/*"},
    "RedeliverWindow": {"RedeliverWindow": "301"},
    "GradualDeployment": {"GradualDeployment": "Slowly"},
    "ThrottleRate": {"ThrottleRate": "0"},
    "ThrottleBurst": {"ThrottleBurst": "5001"},
    "ReservedConcurrency": {"ReservedConcurrency": "0"},
    "LogLevel": {"LogLevel": "DEBUG"},
    "LogRetentionDays": {"LogRetentionDays": "2"},
    "AlarmEmail": {"AlarmEmail": "duty"},
    "AlarmTopic": {"AlarmTopic": "duty"},
    "Dashboard": {"Dashboard": "yes"},
    "RecoveryDays": {"RecoveryDays": "36"},
    "DeletionProtection": {"DeletionProtection": "yes"},
    "FileRetentionDays": {"FileRetentionDays": "1"},
    "KmsKeyArn": {"KmsKeyArn": "alias/mine"},
    "DomainName": {"DomainName": "https://chat.example.com", "HostedZoneId": ZONE},
    "HostedZoneId": {"HostedZoneId": "/hostedzone/Z1", "DomainName": "chat.example.com"},
    "CertificateArn": {"CertificateArn": KEY, "DomainName": "chat.example.com"},
}


class Wrong(Exception):
    """What is wrong with the template."""


def is_truth(term, values, conditions):
    """A condition or an assertion, as CloudFormation evaluates it."""
    ((function, given),) = term.items()
    if function == "Condition":
        return is_truth(conditions[given], values, conditions)
    if function == "Fn::Equals":
        left, right = (values[side["Ref"]] if isinstance(side, dict) else str(side) for side in given)
        return left == right
    truths = [is_truth(each, values, conditions) for each in given]
    return {"Fn::Not": lambda: not truths[0], "Fn::And": lambda: all(truths), "Fn::Or": lambda: any(truths)}[function]()


def refusals(template, values):
    """The parameters and rules that refuse the values."""
    for name, parameter in template["Parameters"].items():
        value = values[name]
        refused = (
            value not in [str(allowed) for allowed in parameter.get("AllowedValues", [value])]
            or not re.fullmatch(parameter.get("AllowedPattern", ".*"), value)
            or len(value) > parameter.get("MaxLength", len(value))
            or ("MinValue" in parameter and int(value) < parameter["MinValue"])
            or ("MaxValue" in parameter and int(value) > parameter["MaxValue"])
        )
        if refused:
            yield name
    for name, rule in template["Rules"].items():
        applies = "RuleCondition" not in rule or is_truth(rule["RuleCondition"], values, {})
        if applies and not all(is_truth(each["Assert"], values, {}) for each in rule["Assertions"]):
            yield name


def expand(template, values):
    """What SAM makes of it, with the values as CloudFormation hands them over."""
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # As `sam deploy` replaces the folder.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    session = boto3.Session(region_name=REGION)
    return Translator({}, Parser(), boto_session=session).translate(template, dict(values))


NOTHING = object()


def decided(term, holds):
    """The term without what conditions leave out."""
    if isinstance(term, list):
        return [kept for each in term if (kept := decided(each, holds)) is not NOTHING]
    if not isinstance(term, dict):
        return term
    if term == {"Ref": "AWS::NoValue"}:
        return NOTHING
    if set(term) == {"Fn::If"}:
        name, then, otherwise = term["Fn::If"]
        return decided(then if holds[name] else otherwise, holds)
    return {key: kept for key, each in term.items() if (kept := decided(each, holds)) is not NOTHING}


def references(term):
    """The names that the term refers to."""
    if isinstance(term, list):
        for each in term:
            yield from references(each)
    elif isinstance(term, dict):
        for key, each in term.items():
            if key == "Ref":
                yield each
            elif key == "Fn::GetAtt":
                yield each[0] if isinstance(each, list) else each.split(".")[0]
            elif key == "Fn::Sub":
                text, own = each if isinstance(each, list) else (each, {})
                names = {name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text)}
                yield from names - set(own)
                yield from references(own)
            elif key == "DependsOn":
                yield from [each] if isinstance(each, str) else each
            else:
                yield from references(each)


def check(template, values):
    """Everything that has to hold of one choice."""
    refused = list(refusals(template, values))
    if refused:
        raise Wrong(f"refused by {refused}")
    expanded = expand(template, values)
    conditions = expanded.get("Conditions", {})
    holds = {name: is_truth(term, values, conditions) for name, term in conditions.items()}
    there = {
        name: decided({key: part for key, part in resource.items() if key != "Condition"}, holds)
        for name, resource in expanded["Resources"].items()
        if holds.get(resource.get("Condition"), True)
    }
    outputs = {
        name: decided(output["Value"], holds)
        for name, output in expanded["Outputs"].items()
        if holds.get(output.get("Condition"), True)
    }
    known = set(there) | set(values)
    for place, term in {**there, **outputs}.items():
        for name in references(term):
            if name not in known and not name.startswith("AWS::"):
                raise Wrong(f"{place} refers to {name}, which is not there")

    of = lambda kind: [resource for resource in there.values() if resource["Type"] == kind]
    live = {name for name, resource in there.items() if resource["Type"] == "AWS::Lambda::Alias"}
    if len(live) != FUNCTIONS:
        raise Wrong(f"{len(live)} aliases")
    for resource in of("AWS::Lambda::Permission") + of("AWS::Lambda::EventSourceMapping"):
        if resource["Properties"]["FunctionName"].get("Ref") not in live:
            raise Wrong(f"an event goes round the alias: {resource}")
    groups = of("AWS::CodeDeploy::DeploymentGroup")
    gradual = values["GradualDeployment"]
    if len(groups) != (0 if gradual == "AllAtOnce" else FUNCTIONS):
        raise Wrong(f"{len(groups)} deployment groups for {gradual}")
    for group in groups:
        if gradual not in json.dumps(group["Properties"]["DeploymentConfigName"]):
            raise Wrong(f"a deployment is not {gradual}: {group}")
        if len(group["Properties"]["AlarmConfiguration"]["Alarms"]) == 0:
            raise Wrong(f"no alarm turns it back: {group}")
    if ("kms:" in json.dumps([role["Properties"] for role in of("AWS::IAM::Role")])) != bool(values["KmsKeyArn"]):
        raise Wrong("the functions may use a key without KmsKeyArn, or may not with it")
    if ("DomainName" if values["DomainName"] else "Api") not in references(outputs["BaseUrl"]):
        raise Wrong(f"BaseUrl is {outputs['BaseUrl']}")


def lints(template, values):
    """What cfn-lint says. It expands with the defaults, so the values become them.

    W1001 is left out: what SAM makes for these values refers to what is there for these values, and `check` has looked whether it is.
    """
    told = TEMPLATE.read_text()
    for name, value in values.items():
        default = int(value) if template["Parameters"][name]["Type"] == "Number" else value
        given = f"  {name}:\n    Type: "
        before, after = told.split(given, 1)
        told = before + given + re.sub(r"    Default: .*", lambda _: f"    Default: {json.dumps(default)}", after, count=1)
    return lint(told, config=ManualArgs(regions=[REGION], ignore_checks=["W1001"]))


def main():
    # SAM says for every function that it asks nobody about a feature.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    template = yaml_parse(TEMPLATE.read_text())
    defaults = {name: str(parameter["Default"]) for name, parameter in template["Parameters"].items()}
    wrong = []
    for name, choice in ACCEPTED.items():
        try:
            check(template, {**defaults, **choice})
            # It looks at every condition both ways, whatever the values: these differ in what SAM makes of them, and have a value for everything.
            if name in LINTED:
                wrong += [f"{name}: cfn-lint: {match}" for match in lints(template, {**defaults, **choice})]
        except Exception as error:  # SAM has many; each is a failure of this choice, and the others are still to be told.
            wrong.append(f"{name}: {type(error).__name__}: {error}")
    gradual = template["Parameters"]["GradualDeployment"]["AllowedValues"]
    if set(gradual) != set(template["Mappings"]["Deployments"]):
        wrong.append("GradualDeployment and the mapping Deployments have different names")
    for by, choice in REFUSED.items():
        refused = list(refusals(template, {**defaults, **choice}))
        if by not in refused:
            wrong.append(f"{choice} should be refused by {by}; it is by {refused}")
    untried = (set(template["Parameters"]) | set(template["Rules"])) - set(REFUSED)
    if untried:
        wrong.append(f"nobody has tried a bad value for {sorted(untried)}")
    for each in wrong:
        print(f"template.yaml: {each}", file=sys.stderr)
    print(f"{len(ACCEPTED)} choices, {len(REFUSED)} refusals, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
