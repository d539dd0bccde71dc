using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Sqlite;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Sqlite;

public sealed class SqliteHostingTests : IDisposable
{
    private readonly StoresFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Restart_OfTheApplication_IdsResumeOverHttp()
    {
        string[] ids;
        await using (var host = await StartAsync())
        {
            ids = [.. await host.OrdersStore().PublishNumberedAsync(5)];
            await host.WeatherStore().PublishAsync("sunny");
        }

        await using var again = await StartAsync();
        Assert.Equal("sunny", (await again.Get<IStoreProvider>().GetStore("weather").GetLatestAsync())?.GetText());
        await using var curl = CurlClient.Start(again.Orders(), "-H", $"Last-Event-ID: {ids[2]}");
        Assert.Equal((ids[3], "m4"), (After(await curl.NextAsync("id: ")), After(await curl.NextAsync("data: "))));
        Assert.Equal((ids[4], "m5"), (After(await curl.NextAsync("id: ")), After(await curl.NextAsync("data: "))));
        await again.OrdersStore().PublishAsync("m6");
        Assert.Equal("m6", After(await curl.NextAsync("data: ")));
        await using var value = await RawSse.OpenAsync(again.Url("/stores/weather"));
        Assert.Equal("sunny", (await value.NextAsync()).Data);
    }

    [Fact]
    public async Task InitialValue_AfterARestart_DoesNotReplaceWhatWasPublished()
    {
        await using (var host = await StartWithInitialAsync())
            await host.Get<IStoreProvider>().GetStore("temperature").PublishAsync("22");
        await using var again = await StartWithInitialAsync();
        Assert.Equal("22", (await again.Get<IStoreProvider>().GetStore("temperature").GetLatestAsync())?.GetText());

        Task<TestHost> StartWithInitialAsync() => TestHost.StartAsync(builder =>
            builder.Services.AddTornadose().AddDataStore("temperature", 21).AddSqlite(_file.ConnectionString));
    }

    [Fact]
    public async Task Family_StoreThatWasDropped_HasItsMessagesWhenItComesBack()
    {
        var clock = new FakeTimeProvider();
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero)
                .AddQueueStore("devices/{id}", static o => o.IdleTimeout = TimeSpan.FromSeconds(10)).AddSqlite(_file.ConnectionString);
        });
        var stores = host.Get<IStoreProvider>();
        var first = await stores.GetStore("devices/1").PublishAsync("1");
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            return !stores.Names.Contains("devices/1");
        });
        var second = await stores.GetStore("devices/1").PublishAsync("2").WithTimeout();
        Assert.Equal((first.Epoch, 2), (second.Epoch, second.Offset));
        var snapshot = await stores.GetStore("devices/1").GetSnapshotAsync();
        Assert.Equal(["1", "2"], snapshot.Messages.Select(static message => message.GetText()));
    }

    [Fact]
    public async Task SecondProcess_OnTheSameDatabase_DoesNotStartAndSaysWhy()
    {
        await using var host = await StartAsync();
        File.CreateSymbolicLink(Path.Combine(_file.Folder, "link.db"), _file.Path);
        foreach (var name in new[] { "stores.db", "link.db", $"../{Path.GetFileName(_file.Folder)}/stores.db" })
        {
            var connectionString = $"Data Source={Path.Combine(_file.Folder, name)}";
            var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => StartAsync(connectionString));
            Assert.Contains($"'{_file.Path}' is in use by another process", failure.Message, StringComparison.Ordinal);
            Assert.Contains("End the other process", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await host.OrdersStore().PublishAsync("still works").WithTimeout()).Offset);
    }

    [Fact]
    public async Task Ticket_UsedBeforeARestart_IsRefusedAfterIt()
    {
        var keys = new Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider();
        string used, other;
        await using (var host = await StartRolesAsync())
        {
            (used, other) = (await host.GetTicketAsync(), await host.GetTicketAsync());
            Assert.Equal(200, await host.OpenAsync(used));
        }

        await using var again = await StartRolesAsync();
        Assert.Equal((401, 200), (await again.OpenAsync(used), await again.OpenAsync(other)));

        Task<TestHost> StartRolesAsync() => RolesApp.StartAsync(
            add: stores => stores.AddSqlite(_file.ConnectionString),
            build: builder => builder.Services.AddSingleton<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>(keys));
    }

    [Theory]
    [InlineData("Data Source=")]
    [InlineData("Data Source=:memory:")]
    [InlineData("Data Source=a;Mode=Memory")]
    [InlineData("Date Source=a.db")]
    [InlineData("Data Source=file:a?mode=memory")]
    [InlineData("Data Source=file:a.db?nolock=1")]
    [InlineData("Data Source=a;Vfs=memdb")]
    public void AddSqlite_ConnectionStringThatNamesNoFile_Throws(string connectionString)
    {
        var failure = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddTornadose().AddSqlite(connectionString));
        Assert.Contains("Data Source=stores.db", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Data Source=a.db;Default Timeout=0")]
    [InlineData("Data Source=a.db;Command Timeout=0")]
    [InlineData("Data Source=a.db;Default Timeout=-1")]
    [InlineData("Data Source=a.db;Default Timeout=2147483647")]
    public async Task AddSqlite_TimeoutThatWouldWaitForEver_IsRefused(string connectionString)
    {
        var failure = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddTornadose().AddSqlite(connectionString));
        Assert.Contains("it must be from 1 to 60 s", failure.Message, StringComparison.Ordinal);
        var invalid = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            StartAsync(settings: [("ConnectionString", connectionString)]));
        Assert.Contains("it must be from 1 to 60 s", invalid.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeclaredStore_EmptyForLongWhenTheApplicationStarts_KeepsItsEpoch()
    {
        var clock = new FakeTimeProvider();
        MessagePosition first;
        await using (var host = await StartAgedAsync())
            first = await host.Get<IStoreProvider>().GetStore("orders").PublishAsync("1");
        for (var round = 0; round < 2; round++) // its message is deleted first
        {
            clock.Advance(TimeSpan.FromHours(1));
            await _file.RetainAsync(clock);
        }

        await using var again = await StartAgedAsync();
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _file.Number("SELECT count(*) FROM messages"));
        var second = await again.Get<IStoreProvider>().GetStore("orders").PublishAsync("2");
        Assert.Equal((first.Epoch, 2), (second.Epoch, second.Offset));

        Task<TestHost> StartAgedAsync() => TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero)
                .AddQueueStore("orders", static o => o.MaxAge = TimeSpan.FromMinutes(1)).AddSqlite(_file.ConnectionString);
        });
    }

    [Fact]
    public void AddSqlite_TogetherWithRedisOrTwice_Throws()
    {
        Assert.Throws<InvalidOperationException>(() => New().AddSqlite("Data Source=a").AddSqlite("Data Source=b"));
        Assert.Throws<InvalidOperationException>(() => New().AddSqlite("Data Source=a").AddStackExchangeRedis("localhost"));
        Assert.Throws<InvalidOperationException>(() => New().AddStackExchangeRedis("localhost").AddSqlite("Data Source=a"));

        static ITornadoseBuilder New() => new ServiceCollection().AddTornadose();
    }

    [Fact]
    public async Task Configuration_Section_IsBoundAndCodeComesAfter()
    {
        await using var host = await StartAsync(
            configure: static options => options.RetentionInterval = TimeSpan.FromSeconds(3),
            settings: [("Synchronous", "Normal"), ("RetentionInterval", "00:00:02"), ("KeepUnusedStores", "1.00:00:00")]);
        var options = host.Get<IOptions<SqliteBackplaneOptions>>().Value;
        Assert.Equal(
            (_file.ConnectionString, SqliteSynchronous.Normal, TimeSpan.FromSeconds(3), TimeSpan.FromDays(1)),
            (options.ConnectionString, options.Synchronous, options.RetentionInterval, options.KeepUnusedStores));
    }

    [Fact]
    public async Task AddSqlite_OptionsAlone_TakeTheConnectionString()
    {
        await using var host = await TestHost.StartAsync(builder =>
            builder.Services.AddTornadose()
                .AddQueueStore("orders").AddSqlite(options => options.ConnectionString = _file.ConnectionString));
        await host.Get<IStoreProvider>().GetStore("orders").PublishAsync("x");
        Assert.True(File.Exists(_file.Path));
    }

    [Theory]
    [InlineData("ConnectionString", "Data Source=:memory:")]
    [InlineData("Synchronous", "7")]
    [InlineData("RetentionInterval", "00:00:00")]
    [InlineData("KeepUnusedStores", "00:01:00")]
    public async Task Option_OutOfRange_FailsTheStartAndNamesIt(string name, string value)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(settings: [(name, value)]));
        Assert.Contains($"Tornadose:Sqlite: {name}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_ShorterMaxAge_HoldsForStoresOfAFamilyThatNobodyOpens()
    {
        var clock = new FakeTimeProvider();
        await using (var host = await StartFamilyAsync())
            await host.Get<IStoreProvider>().GetStore("devices/1").PublishAsync("1");

        await using var again = await StartFamilyAsync();
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, _file.Number("SELECT count(*) FROM messages"));
        var root = (IConfigurationRoot)again.App.Configuration;
        root["Tornadose:Stores:devices/{id}:MaxAge"] = "00:01:00";
        root.Reload();
        await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM messages") == 0);

        Task<TestHost> StartFamilyAsync() => TestHost.StartAsync(builder =>
        {
            builder.Configuration.AddInMemoryCollection([new("Tornadose:Stores:devices/{id}:MaxAge", "1.00:00:00")]);
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero)
                .AddQueueStore("devices/{id}").AddSqlite(_file.ConnectionString);
        });
    }

    private static string After(string line) => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private Task<TestHost> StartAsync(
        string? connectionString = null, Action<SqliteBackplaneOptions>? configure = null,
        (string Name, string Value)[]? settings = null) =>
        StoresApp.StartAsync(build: builder =>
        {
            builder.Configuration.AddInMemoryCollection(
                (settings ?? []).Select(setting => KeyValuePair.Create($"Tornadose:Sqlite:{setting.Name}", (string?)setting.Value)));
            builder.Services.AddTornadose().AddSqlite(connectionString ?? _file.ConnectionString, configure);
        });
}
