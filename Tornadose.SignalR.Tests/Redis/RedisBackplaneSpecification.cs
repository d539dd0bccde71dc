using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Tests.Specifications;

namespace Tornadose.SignalR.Tests.Redis;

public sealed class RedisBackplaneSpecification(RedisFixture redis) : BackplaneSpecification<IBackplane>
{
    protected override async Task<IBackplane> CreateAsync(string scope) =>
        TestBackplane.Create((await redis.GetAsync()).ConnectionString, redis.NewPrefix());
}
