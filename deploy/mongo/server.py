"""How a MongoDB server in a container is started (docker-compose.yml says the same in YAML)."""

from deploy.product import REPLICA_SET

KEYFILE = "/run/secrets/mongo_keyfile"


def server_command(*, cache_gigabytes: float) -> list[str]:
    """The container's command.

    MongoDB wants its key file to be its own and private; a mounted secret is neither, so it is
    copied first. A lost client cannot hold a transaction open for more than five seconds. Slow
    operations are not logged: their text holds names and addresses.
    """
    server = (
        f"mongod --bind_ip_all --replSet {REPLICA_SET} --keyFile /data/mongo.key --noscripting"
        f" --wiredTigerCacheSizeGB {cache_gigabytes}"
        " --slowOpSampleRate 0 --setParameter transactionLifetimeLimitSeconds=5"
    )
    prepare = f"install -o mongodb -m 400 {KEYFILE} /data/mongo.key"
    return ["bash", "-c", f"{prepare} && exec docker-entrypoint.sh {server}"]
