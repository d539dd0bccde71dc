using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Reading a store that was never published to: clients send its name and may have made it up.</summary>
public sealed class EmptyStoreTests(RedisFixture redis)
{
    private static readonly MessageLogLimits Limits = new(100, 1 << 20);

    [Fact]
    public async Task Names_MadeUp_LeaveNothingInRedisForGood()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        for (var i = 0; i < 20; i++)
        {
            await using var channel = backplane.Open($"made-up/{i}", Limits);
            using var following = await channel.FollowAsync(default).WithTimeout();
            Assert.Equal(0, channel.Log.LastSequence); // it counts as empty, so a family may drop it
        }

        var keys = (object?[])(await server.CommandAsync("KEYS", $"{{{prefix}:made-up*"))!;
        Assert.NotEmpty(keys);
        foreach (var key in keys)
            Assert.InRange((long)(await server.CommandAsync("PTTL", key!))!, 1, 60_000);
    }

    [Fact]
    public async Task Epoch_OfAnEmptyStore_IsKeptWhileItIsFollowedAndForGoodOnceThereIsAMessage()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("orders", Limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        var origin = channel.Log.Position;
        await server.CommandAsync("PEXPIRE", $"{{{prefix}:orders}}:meta", 20_000);
        await Eventually.TrueAsync(async () => await server.CommandAsync("PTTL", $"{{{prefix}:orders}}:meta") is > 30_000L);
        var first = await channel.AppendAsync(new MessageContent("first"u8.ToArray(), MessageFormat.Text, null), null, default);
        Assert.Equal((origin.Epoch, 1), (first.Epoch, first.Offset));
        Assert.Equal(-1L, await server.CommandAsync("PTTL", $"{{{prefix}:orders}}:meta"));
    }

    [Fact]
    public async Task Family_FilledWithMadeUpNames_TakesMoreOfThem()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        await using var host = await TestHost.StartAsync(
            builder => builder.Services.AddTornadose(options => options.MaxStores = 10).AddQueueStore(
                "devices/{id}").AddStackExchangeRedis(server.ConnectionString, options =>
            {
                TestBackplane.Quick(options);
                options.KeyPrefix = prefix;
            }),
            app => app.MapStores("/stores"));
        for (var i = 0; i < 40; i++)
        {
            await using var answer = await RawHttp.GetAsync(host.Url($"/stores/devices/{i}"), ("Accept", "application/json"));
            Assert.Equal(200, answer.Status);
        }
    }
}
