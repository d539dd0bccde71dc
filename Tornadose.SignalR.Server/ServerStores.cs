namespace Tornadose.SignalR.Server;

/// <summary>The stores that the configuration names.</summary>
internal static class ServerStores
{
    public static void AddStores(this IServiceCollection services, ServerOptions options)
    {
        if (options.Stores.Count == 0)
            throw new InvalidOperationException("No store is configured. For example: Server__Stores__orders=queue");
        var tornadose = services.AddTornadose();
        foreach (var (name, kind) in options.Stores)
            _ = kind switch
            {
                "queue" => tornadose.AddQueueStore(name, Guard),
                "data" => tornadose.AddDataStore(name, Guard),
                _ => throw new InvalidOperationException($"Server:Stores:{name} is queue or data, not '{kind}'."),
            };
        if (options.Redis is { } redis)
            tornadose.AddStackExchangeRedis(redis);
        if (options.Sqlite is { } sqlite)
            tornadose.AddSqlite(sqlite);
    }

    private static void Guard(StoreOptions store) =>
        (store.ReadPolicy, store.PublishPolicy) = (ApiKeyPolicies.Read, ApiKeyPolicies.Publish);
}
