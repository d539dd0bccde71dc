using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Sqlite;

/// <summary>Completed stores in a database.</summary>
public sealed class SqliteCompletedTests : IDisposable
{
    private readonly StoresFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Restart_CompletedStore_IsCompleteOverHttp()
    {
        string last, end;
        await using (var host = await StartAsync())
        {
            last = (await host.OrdersStore().PublishAsync("last")).ToString();
            end = (await host.OrdersStore().CompleteAsync()).ToString();
        }

        await using var again = await StartAsync();
        await using (var sse = await RawSse.OpenAsync(again.Orders($"?after={last}")))
            Assert.Equal(("tornadose.end", end), await sse.NextAsync() is var told ? (told.Type, told.LastEventId) : default);
        await using (var back = await RawHttp.SendAsync(again.Orders($"?after={end}"), "GET", [("Accept", "text/event-stream")]))
            Assert.Equal(204, back.Status);
        await Assert.ThrowsAsync<StoreCompletedException>(async () => await again.OrdersStore().PublishAsync("late"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task Retention_CompletedStoreWithoutMessages_StaysComplete(int capacity)
    {
        var clock = new FakeTimeProvider();
        var limits = new MessageLogLimits(capacity, 1 << 20, TimeSpan.FromMinutes(1));
        await using (var backplane = _file.Open(clock))
        await using (var channel = backplane.Open("store", limits))
            await channel.AppendAsync([StoresFile.Text("old"), MessageContent.End], null, default).WithTimeout();
        clock.Advance(TimeSpan.FromDays(1));
        await using var again = _file.Open(clock);
        await using (var other = again.Open("other", limits))
            await StoresFile.AppendAsync(other, "wakes the writer");
        await using var late = again.Open("store", limits);
        using var following = await late.FollowAsync(default).WithTimeout();
        Assert.True(late.Log.GetSnapshot() is { IsCompleted: true, Messages.Count: 0 });
    }

    [Fact]
    public async Task Retention_CompletedStoreOfAFamily_GoesWhenNobodyUsesIt()
    {
        var clock = new FakeTimeProvider();
        var limits = new MessageLogLimits(10, 1 << 20) { KeepCompleted = TimeSpan.FromMinutes(10) };
        await using var backplane = _file.Open(clock);
        backplane.ApplyRules(new(static _ => null, static _ => false));
        MessagePosition end;
        await using (var channel = backplane.Open("answers/1", limits))
        {
            end = await channel.AppendAsync([StoresFile.Text("all"), MessageContent.End], null, default).WithTimeout();
            clock.Advance(TimeSpan.FromMinutes(11));
            Assert.Equal(end, await channel.AppendAsync(MessageContent.End, null, default).WithTimeout());
        }

        clock.Advance(TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return _file.Number("SELECT count(*) FROM stores") == 0;
        });
        await using var anew = backplane.Open("answers/1", limits);
        var first = await StoresFile.AppendAsync(anew, "anew");
        Assert.Equal(1, first.Offset);
        Assert.NotEqual(end.Epoch, first.Epoch);
    }

    private Task<TestHost> StartAsync() => TestHost.StartAsync(
        builder => builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero)
            .AddQueueStore("orders").AddSqlite(_file.ConnectionString),
        static app => app.MapStores("/stores"));
}
