using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Where a resume can start, on every plain wire: a window of five out of eight messages.</summary>
public sealed class ResumeMatrixTests
{
    private const int Window = 5;
    private const int Top = 8;

    public static TheoryData<string> Wires => WireReader.Wires;

    [Theory]
    [Case("HTTP-20", "WS-04")]
    [MemberData(nameof(Wires))]
    public async Task Resume_TopTopMinusOneOldestAndBefore_ReplaysOrResets(string wire)
    {
        await using var host = await StoresApp.StartAsync(orders => orders.Capacity = Window);
        var ids = await host.OrdersStore().PublishNumberedAsync(Top);
        await AssertResetAsync(host, wire, ids[Top - Window - 1], "expired");
        await AssertFirstAsync(host, wire, ids[Top - Window], "m5");
        await AssertFirstAsync(host, wire, ids[Top - 2], "m8");
        await AssertFirstAsync(host, wire, ids[Top - 1], "next");
    }

    [Theory]
    [Case("HTTP-13", "HTTP-14", "HTTP-15", "HTTP-16", "WS-04")]
    [MemberData(nameof(Wires))]
    public async Task Resume_Impossible_NamesTheReasonFirst(string wire)
    {
        await using var host = await StoresApp.StartAsync(orders => orders.Capacity = Window);
        await host.OrdersStore().PublishNumberedAsync(Top);
        var top = host.OrdersStore().Position;
        await AssertResetAsync(host, wire, $"{top with { Offset = 1 }}", "expired");
        await AssertResetAsync(host, wire, $"{top with { Epoch = top.Epoch + 1 }}", "epoch");
        await AssertResetAsync(host, wire, $"{top with { Offset = Top + 1 }}", "unknown");
        await AssertResetAsync(host, wire, $"{top with { Tag = top.Tag + 1 }}", "rollback");
        await AssertResetAsync(host, wire, $"{top with { Offset = long.MaxValue }}", "unknown");
        await AssertResetAsync(host, wire, "nonsense", "unknown");
    }

    [Theory]
    [Case("HTTP-13")]
    [MemberData(nameof(Wires))]
    public async Task Resume_AfterAReset_ContinuesLive(string wire)
    {
        await using var host = await StoresApp.StartAsync();
        await host.OrdersStore().PublishNumberedAsync(Top);
        await using var reader = await WireReader.OpenAsync(wire, host.Orders("?after=nonsense"));
        Assert.Equal("unknown", (await reader.NextAsync()).Reset);
        var next = await host.OrdersStore().PublishAsync("next");
        Assert.Equal(next.ToString(), (await reader.NextAsync()).Id);
    }

    [Theory]
    [Case("HTTP-13")]
    [MemberData(nameof(Wires))]
    public async Task Resume_ExpiredFromEarliest_ReplaysTheWindowAfterTheReset(string wire)
    {
        await using var host = await StoresApp.StartAsync(orders => orders.Capacity = Window);
        var ids = await host.OrdersStore().PublishNumberedAsync(Top);
        await using var reader = await WireReader.OpenAsync(wire, host.Orders($"?after={ids[0]}&from=earliest"));
        var reset = await reader.NextAsync();
        Assert.Equal("expired", reset.Reset);
        Assert.True(
            MessagePosition.TryParse(reset.Id, out var before) && before.Offset == Top - Window,
            "a client that is cut after the reset must get the window again");
        Assert.Equal(ids.Skip(Top - Window), (await reader.TakeAsync(Window)).Select(message => message.Id!));
    }

    private static async Task AssertFirstAsync(TestHost host, string wire, string after, string expected)
    {
        await using var reader = await WireReader.OpenAsync(wire, host.Orders($"?after={after}"));
        if (expected == "next")
            await host.OrdersStore().PublishAsync(expected);
        var first = await reader.NextAsync();
        Assert.Equal((null, expected), (first.Reset, first.Data));
    }

    private static async Task AssertResetAsync(TestHost host, string wire, string after, string reason)
    {
        await using var reader = await WireReader.OpenAsync(wire, host.Orders($"?after={after}"));
        var reset = await reader.NextAsync();
        Assert.Equal((reason, host.OrdersStore().Position.ToString()), (reset.Reset, reset.Id));
    }
}
