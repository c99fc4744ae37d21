"""A test AWS: moto in this process behind a loopback port, corrected where it is not as AWS is.

    pytest_plugins = ["aws.fixtures"]        # in a test module or conftest.py

    def test_something(aws, world):          # server, fake credentials, settings: all in place
        aws.set_outcome(strategy="docker", status="FAULT", times=1)
        aws.throttle("BatchGetBuilds", 3)
        ...
        assert aws.requests["StartBuild"] == 2

checks      what a request asks for, and what the service models have against it
builds      a build's way through its phases, by polls instead of by time
replay      what a build does: what a recorded one of the lab did
host        what that prints where a buildspec asks its host
execute     what a build does: its buildspec, in a build host of a lab
codebuild, logs, ecr, lifecycle      the corrections of moto
guard       who may do what, as the policies of terraform/ say
registry    what docker pushes to
state       everything that tests set and read; server: the port; world: what Terraform makes
"""

ACCOUNT, REGION = "123456789012", "us-east-1"
