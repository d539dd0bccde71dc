using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>A ticket can be used once across all nodes.</summary>
public sealed class TicketReplayTests(RedisFixture redis)
{
    [Fact, Case("SEC-02")]
    public async Task Ticket_UsedOnOneNode_IsUsedOnTheOther()
    {
        var connection = (await redis.GetAsync()).ConnectionString;
        var prefix = redis.NewPrefix();
        var keys = new EphemeralDataProtectionProvider();
        await using var a = await StartAsync(connection, prefix, keys);
        await using var b = await StartAsync(connection, prefix, keys);
        var (first, second) = (await a.GetTicketAsync(), await a.GetTicketAsync());
        Assert.Equal((200, 401), (await b.OpenAsync(first), await a.OpenAsync(first)));
        Assert.Equal((200, 401), (await a.OpenAsync(second), await b.OpenAsync(second)));
        var used = (object?[])(await (await redis.GetAsync()).CommandAsync("KEYS", $"{{{prefix}:_used}}:*"))!;
        Assert.Equal(2, used.Length);
    }

    [Theory, InlineData("sse", "text/event-stream", 200), InlineData("websocket", "websocket", 503)]
    public async Task Ticket_RedisAway_TellsTheClientToComeBack(string transport, string accept, int status)
    {
        await using var host = await StartAsync(
            $"127.0.0.1:{RedisProcess.FreePort()},connectTimeout=500", "away", new EphemeralDataProtectionProvider());
        (string, string)[] headers = accept == "websocket" ? [.. RawWs.HandshakeHeaders] : [("Accept", accept)];
        await using var answer = await RawHttp.GetAsync(
            host.Url($"/stores/{RolesApp.Store}?ticket={await host.GetTicketAsync(transport: transport)}"), headers);
        Assert.Equal(status, answer.Status);
        if (status == 200)
            Assert.Contains("retry:", await answer.ReadTextAsync(), StringComparison.Ordinal);
    }

    private static Task<TestHost> StartAsync(string connection, string prefix, IDataProtectionProvider keys) => RolesApp.StartAsync(
        add: stores => stores.AddStackExchangeRedis(connection, options =>
        {
            TestBackplane.Quick(options);
            options.KeyPrefix = prefix;
        }),
        build: builder => builder.Services.AddSingleton(keys));
}
