using Microsoft.AspNetCore.DataProtection;
using StackExchange.Redis;

namespace Tornadose.SignalR.Server;

/// <summary>The stores that the configuration names.</summary>
internal static class ServerStores
{
    public static void AddStores(this IServiceCollection services, ServerOptions options)
    {
        if (options.Stores.Count == 0)
            throw new InvalidOperationException("No store is configured. For example: Server__Stores__orders=queue");
        if (options is { Redis: not null, Sqlite: not null })
            throw new InvalidOperationException("Server:Redis and Server:Sqlite are both set. Set only one of them.");
        var tornadose = services.AddTornadose();
        foreach (var (name, kind) in options.Stores)
            Add(tornadose, name, kind);
        if (options.Redis is { } redis)
        {
            tornadose.AddStackExchangeRedis(redis);
            services.ShareKeys(redis);
        }

        if (options.Sqlite is { } sqlite)
            tornadose.AddSqlite(sqlite);
    }

    private static void Add(ITornadoseBuilder tornadose, string name, string kind)
    {
        switch (kind)
        {
            case "queue":
                tornadose.AddQueueStore(name, Guard);
                break;
            case "data":
                tornadose.AddDataStore(name, Guard);
                break;
            case "keyed":
                tornadose.AddKeyedStore(name, Guard);
                break;
            default:
                throw new InvalidOperationException($"Server:Stores:{name} must be queue, data or keyed, not '{kind}'.");
        }
    }

    /// <summary>A ticket from one node is valid on the others, and after a restart.</summary>
    private static void ShareKeys(this IServiceCollection services, string redis)
    {
        var connection = new Lazy<ConnectionMultiplexer>(() =>
        {
            var configuration = ConfigurationOptions.Parse(redis);
            configuration.AbortOnConnectFail = false;
            return ConnectionMultiplexer.Connect(configuration);
        });
        services.AddDataProtection().SetApplicationName("tornadose-server")
            .PersistKeysToStackExchangeRedis(() => connection.Value.GetDatabase(), "tornadose-server:keys");
    }

    private static void Guard(StoreOptions store) =>
        (store.ReadPolicy, store.PublishPolicy) = (ApiKeyPolicies.Read, ApiKeyPolicies.Publish);
}
