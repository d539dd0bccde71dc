using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

public sealed class RedisBackplaneSpecification(RedisFixture redis) : BackplaneSpecification<IBackplane>
{
    protected override async Task<IBackplane> CreateAsync() =>
        TestBackplane.Create((await redis.GetAsync()).ConnectionString, redis.NewPrefix());
}
