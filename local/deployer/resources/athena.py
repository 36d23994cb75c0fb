"""Athena's workgroups and the catalogue of what it reads. The emulator keeps them; no query is run."""

from local.deployer.request import Created, Creator, Request, creator, pascal

SPELLED = {"enforceWorkgroupConfiguration": "EnforceWorkGroupConfiguration", "serDeInfo": "SerdeInfo"}
SPELLED |= {"publishCloudwatchMetricsEnabled": "PublishCloudWatchMetricsEnabled"}


def _workgroup(request: Request) -> Created:
    name = request.physical_name()
    configuration = pascal(request.inputs["configuration"], SPELLED)
    request.client("athena").create_work_group(Name=name, Configuration=configuration)
    return Created(id=name, outputs={"name": name, "arn": request.arn("athena", f"workgroup/{name}")})


def _database(request: Request) -> Created:
    name = request.physical_name()
    request.client("glue").create_database(DatabaseInput={"Name": name})
    return Created(id=f"{request.account}:{name}", outputs={"name": name, "catalogId": request.account})


def _table(request: Request) -> Created:
    given, name = request.inputs, request.physical_name()
    described = {
        "Name": name,
        **pascal(request.given("description", "tableType")),
        "Parameters": given["parameters"],
        "PartitionKeys": pascal(given["partitionKeys"]),
        "StorageDescriptor": pascal(given["storageDescriptor"], SPELLED),
    }
    request.client("glue").create_table(DatabaseName=given["databaseName"], TableInput=described)
    return Created(id=f"{request.account}:{given['databaseName']}:{name}", outputs={"name": name})


CREATORS: dict[str, Creator] = {
    "aws:athena/workgroup:Workgroup": creator(
        _workgroup,
        "name configuration",
        {"forceDestroy": "nothing is deleted: the account ends with the run"},
    ),
    "aws:glue/catalogDatabase:CatalogDatabase": creator(_database, "name"),
    "aws:glue/catalogTable:CatalogTable": creator(
        _table, "name databaseName description tableType parameters partitionKeys storageDescriptor"
    ),
}
