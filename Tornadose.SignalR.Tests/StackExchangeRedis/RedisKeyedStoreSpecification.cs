using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Keyed stores in Redis: readers on one node see the changes of another.</summary>
public sealed class RedisKeyedStoreSpecification : KeyedStoreSpecification<RedisStoreFixture>;

/// <summary>Creates those stores, on a Redis of their own.</summary>
public sealed class RedisStoreFixture : StoreFixture
{
    private readonly RedisProcess _redis = RedisProcess.StartAsync().GetAwaiter().GetResult();
    private readonly RedisBackplane _one;
    private readonly RedisBackplane _other;

    public RedisStoreFixture() => (_one, _other) = (Create(), Create());

    public override IBackplane Backplane => _one;

    public override IBackplane OtherBackplane => _other;

    public override int HeavyLoad => 2_000;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private RedisBackplane Create() => TestBackplane.Create(_redis.ConnectionString, "spec");
}
