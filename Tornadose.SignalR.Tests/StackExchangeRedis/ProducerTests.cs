using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Producers of stores that several nodes share.</summary>
public sealed class ProducerTests(RedisFixture redis)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Counts the statements that a real database executes: none without readers, one an interval with a thousand on three nodes.
    /// </summary>
    [Fact]
    public async Task Polled_AThousandReadersOnThreeNodes_AsksTheDatabaseOnceAnInterval()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        var clock = new FakeTimeProvider();
        var statements = 0;
        using var database = new SqliteConnection("Data Source=:memory:");
        database.Open();
        using (var make = database.CreateCommand())
        {
            make.CommandText = "CREATE TABLE prices(amount INTEGER); INSERT INTO prices VALUES(1)";
            make.ExecuteNonQuery();
        }

        SQLitePCL.raw.sqlite3_trace(database.Handle, (object _, string _) => Interlocked.Increment(ref statements), null);
        var gate = new Lock();
        var hosts = new List<TestHost>();
        for (var node = 0; node < 3; node++)
            hosts.Add(await StartAsync(server.ConnectionString, prefix, clock, () =>
            {
                lock (gate)
                {
                    using var command = database.CreateCommand();
                    command.CommandText = "UPDATE prices SET amount = amount + 1 RETURNING amount";
                    return (long)command.ExecuteScalar()!;
                }
            }));
        var running = hosts.ConvertAll(static host => MetricsRecorder.Of(host, "producers"));
        try
        {
            var stores = hosts.ConvertAll(static host => host.Get<IStoreProvider>().GetStore("prices"));
            await AdvanceAsync(clock, 10);
            Assert.Equal(0, Volatile.Read(ref statements));

            using var stop = new CancellationTokenSource();
            var values = new long[1000];
            var readers = Enumerable.Range(0, 1000).Select(number => ReadAsync(stores[number % 3], values, number, stop.Token)).ToArray();
            await Eventually.TrueAsync(() => values.All(static value => value == 2), what: "everybody has the first value");
            for (var polls = 2; polls <= 12; polls++)
            {
                clock.Advance(Interval);
                var expected = polls;
                await Eventually.TrueAsync(
                    () => Volatile.Read(ref statements) == expected && values.All(value => value == expected + 1), what: $"poll {polls}");
            }

            await Eventually.TrueAsync(
                async () => await stores[0].Subscribers.CountEverywhereAsync() == 1000, what: "all nodes count their readers");
            await stop.CancelAsync();
            await Task.WhenAll(readers).WithTimeout();
            await AdvanceAsync(clock, 15); // the grace period, in which it is still polled
            await Eventually.TrueAsync(() => running.Sum(static node => node.Sum("producers")) == 0, what: "no producer runs");
            var last = Volatile.Read(ref statements);
            await AdvanceAsync(clock, 10);
            Assert.Equal(last, Volatile.Read(ref statements));
        }
        finally
        {
            running.ForEach(static node => node.Dispose());
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    /// <summary>A producer that slept while everything in Redis was deleted must not get ahead of a current lease holder.</summary>
    [Fact]
    public async Task Lease_MetaIsLost_NumbersGoOn()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("prices", new MessageLogLimits(100, 1 << 20));
        var time = TimeSpan.FromMinutes(1);
        var first = await channel.LeaseAsync(0, time, default);
        await channel.ReleaseAsync(first, default);
        var second = await channel.LeaseAsync(0, time, default);
        await server.CommandAsync("DEL", $"{{{prefix}:prices}}:lease", $"{{{prefix}:prices}}:meta");
        Assert.True(await channel.LeaseAsync(0, time, default) > second);
        await Assert.ThrowsAsync<StoreRefusedException>(
            () => channel.AppendAsync([Content("late")], null, first, default).WithTimeout());
    }

    [Fact]
    public async Task Lease_OneNodeAtATime_AndTheLaterOneFencesTheEarlier()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        var limits = new MessageLogLimits(100, 1 << 20);
        await using var a = TestBackplane.Create(server.ConnectionString, prefix);
        await using var b = TestBackplane.Create(server.ConnectionString, prefix);
        await using var one = a.Open("prices", limits);
        await using var two = b.Open("prices", limits);
        var time = TimeSpan.FromMinutes(1);
        var first = await one.LeaseAsync(0, time, default);
        Assert.Equal((0L, first), (await two.LeaseAsync(0, time, default), await one.LeaseAsync(first, time, default)));
        Assert.NotEqual(0, first);
        await one.AppendAsync([Content("a")], null, first, default).WithTimeout();
        await server.CommandAsync("DEL", $"{{{prefix}:prices}}:lease"); // it expires while its holder sleeps
        Assert.Equal(0, await one.LeaseAsync(first, time, default)); // and its holder does not get a new one
        var second = await two.LeaseAsync(0, time, default);
        Assert.Equal((true, 0L), (second > first, await one.LeaseAsync(first, time, default)));
        await two.AppendAsync([Content("b")], null, second, default).WithTimeout();
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(
            () => one.AppendAsync([Content("late")], null, first, default).WithTimeout());
        Assert.Contains("Another process produces", refused.Message, StringComparison.Ordinal);
        await one.AppendAsync(Content("anybody's"), null, default).WithTimeout();
        await one.ReleaseAsync(first, default); // no longer its own
        Assert.Equal(0, await one.LeaseAsync(0, time, default));
        await two.ReleaseAsync(second, default);
        Assert.True(await one.LeaseAsync(0, time, default) > second);
        using var following = await two.FollowAsync(default).WithTimeout();
        Assert.Equal(["a", "b", "anybody's"], two.Log.GetSnapshot().Messages.Select(static message => message.GetText()));
    }

    [Fact]
    public async Task Producer_ItsNodeStops_AnotherNodeWithReadersGoesOn()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        var clock = new FakeTimeProvider();
        var (asked, other) = (0, 0);
        var first = await StartAsync(server.ConnectionString, prefix, clock, () => Interlocked.Increment(ref asked));
        await using var second = await StartAsync(server.ConnectionString, prefix, clock, () => 1000 + Interlocked.Increment(ref other));
        using var stop = new CancellationTokenSource();
        var values = new long[2];
        var one = ReadAsync(first.Get<IStoreProvider>().GetStore("prices"), values, 0, stop.Token);
        await Eventually.TrueAsync(() => values[0] == 1);
        var two = ReadAsync(second.Get<IStoreProvider>().GetStore("prices"), values, 1, stop.Token);
        await Eventually.TrueAsync(() => values[1] == 1);
        await AdvanceAsync(clock, 6);
        Assert.Equal(0, Volatile.Read(ref other));
        await first.DisposeAsync();
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(Interval);
            return Volatile.Read(ref values[1]) > 1000;
        });
        await stop.CancelAsync();
        await Task.WhenAll(one, two).WithTimeout();
    }

    private static Task<TestHost> StartAsync(string connection, string prefix, TimeProvider clock, Func<long> poll) => TestHost.StartAsync(
        builder => builder.Services.AddSingleton(clock).AddTornadose(static all => all.DrainWindow = TimeSpan.Zero)
            .AddPolledStore("prices", Interval, (_, _) => new ValueTask<long>(poll()))
            .AddStackExchangeRedis(ConfigurationOptions.Parse(connection), options =>
            {
                TestBackplane.Quick(options);
                options.CommandTimeout = TimeSpan.FromMinutes(5); // the clock jumps
                options.KeyPrefix = prefix;
            }));

    private static async Task ReadAsync(IStore store, long[] values, int index, CancellationToken stop)
    {
        try
        {
            await foreach (var message in store.ReadAllAsync(StartAt.Latest, stop))
                if (message.Reset is null)
                    Volatile.Write(ref values[index], long.Parse(message.GetText(), System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (OperationCanceledException)
        {
            // canceled by the test
        }
    }

    private static async Task AdvanceAsync(FakeTimeProvider clock, int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            clock.Advance(Interval);
            for (var turn = 0; turn < 20; turn++)
                await Task.Yield();
        }
    }

    private static MessageContent Content(string text) => new(System.Text.Encoding.UTF8.GetBytes(text), MessageFormat.Text, null);
}
