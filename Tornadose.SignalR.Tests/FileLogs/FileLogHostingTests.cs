using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.FileLogs;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.FileLogs;

public sealed class FileLogHostingTests : IDisposable
{
    private readonly FileLogFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Restart_OfTheApplication_StoresAreThereBeforeAnythingRunsAndIdsResumeOverHttp()
    {
        string[] ids;
        await using (var host = await StartAsync())
        {
            ids = [.. await host.OrdersStore().PublishNumberedAsync(5)];
            await host.WeatherStore().PublishAsync("sunny");
        }

        string? first = null;
        await using var again = await StartAsync(services => services.AddHostedService(provider => new Early(() =>
            first = provider.GetRequiredKeyedService<IStore>("weather").TryGetLatest(out var latest) ? latest.GetText() : "nothing")));
        Assert.Equal("sunny", first);
        await using var curl = CurlClient.Start(again.Orders(), "-H", $"Last-Event-ID: {ids[2]}");
        Assert.Equal((ids[3], "m4"), (After(await curl.NextAsync("id: ")), After(await curl.NextAsync("data: "))));
        Assert.Equal((ids[4], "m5"), (After(await curl.NextAsync("id: ")), After(await curl.NextAsync("data: "))));
        await again.OrdersStore().PublishAsync("m6");
        Assert.Equal("m6", After(await curl.NextAsync("data: ")));
        await using var value = await RawSse.OpenAsync(again.Url("/stores/weather"));
        Assert.Equal("sunny", (await value.NextAsync()).Data);
    }

    [Fact]
    public async Task Family_StoreThatWasDropped_HasItsMessagesWhenItComesBack()
    {
        var clock = new FakeTimeProvider();
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero).AddQueueStore("devices/{id}", static o => o.IdleTimeout = TimeSpan.FromSeconds(10)).AddFileLog(_folder.Path);
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
        Assert.Equal("1 2", stores.GetStore("devices/1").OpenCursor(StartAt.Earliest).Read());
    }

    [Fact]
    public async Task SecondProcess_OnTheSameFolder_DoesNotStartAndSaysWhy()
    {
        await using var host = await StartAsync();
        var failure = await Assert.ThrowsAsync<IOException>(() => StartAsync());
        Assert.Contains("belong to one process at a time", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await host.OrdersStore().PublishAsync("still works").WithTimeout()).Offset);
    }

    [Fact]
    public async Task FolderThatCannotBeMade_FailsTheStart()
    {
        var file = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(file, "");
        await Assert.ThrowsAnyAsync<IOException>(() => StartAsync(path: Path.Combine(file, "folder")));
    }

    [Fact]
    public async Task FilesThatCannotBeRead_FailTheStart()
    {
        Directory.CreateDirectory(Path.Combine(StoreFolder.Of(_folder.Path, "weather")));
        await _folder.FillAsync(1);
        File.Copy(_folder.File(), Path.Combine(StoreFolder.Of(_folder.Path, "weather"), "0000000000000000001.log"));
        var failure = await Assert.ThrowsAsync<IOException>(() => StartAsync());
        Assert.Contains("is a file of store 'store'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoreThatCannotBeWritten_RefusesMessagesAndIsAFaultUntilItCan()
    {
        await using var host = await StartAsync();
        var backplane = host.Get<IBackplane>();
        Assert.Null(await backplane.FindFaultAsync(default));
        await File.WriteAllTextAsync(StoreFolder.Of(_folder.Path, "orders"), "in the way");
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => host.OrdersStore().PublishAsync("x").AsTask());
        Assert.Contains("Nothing was stored", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'orders'", await backplane.FindFaultAsync(default), StringComparison.Ordinal);
        Assert.Equal(1, (await host.WeatherStore().PublishAsync("other stores go on").WithTimeout()).Offset);
        File.Delete(StoreFolder.Of(_folder.Path, "orders"));
        Assert.Null(await backplane.FindFaultAsync(default));
        Assert.Equal(1, (await host.OrdersStore().PublishAsync("x").WithTimeout()).Offset);
    }

    [Fact]
    public async Task Configuration_Section_IsBoundAndCodeComesAfter()
    {
        await using var host = await StartAsync(configure: static options => options.SegmentBytes = 8192, settings: [("Flush", "Interval"), ("FlushInterval", "00:00:00.5"), ("SegmentBytes", "5000")]);
        var options = host.Get<IOptions<FileLogOptions>>().Value;
        Assert.Equal((_folder.Path, FileLogFlush.Interval, TimeSpan.FromSeconds(0.5), 8192), (options.Path, options.Flush, options.FlushInterval, options.SegmentBytes));
    }

    [Theory]
    [InlineData("Path", " ")]
    [InlineData("Flush", "7")]
    [InlineData("FlushInterval", "00:00:00")]
    [InlineData("SegmentBytes", "100")]
    public async Task Option_OutOfRange_FailsTheStartAndNamesIt(string name, string value)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(settings: [(name, value)]));
        Assert.Contains($"Tornadose:FileLog: {name}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddFileLog_TogetherWithRedisOrTwice_Throws()
    {
        Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddTornadose().AddFileLog("a").AddFileLog("b"));
        Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddTornadose().AddFileLog("a").AddStackExchangeRedis("localhost"));
        Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddTornadose().AddStackExchangeRedis("localhost").AddFileLog("a"));
    }

    private static string After(string line) => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private Task<TestHost> StartAsync(Action<IServiceCollection>? services = null, string? path = null, Action<FileLogOptions>? configure = null, (string Name, string Value)[]? settings = null) =>
        StoresApp.StartAsync(build: builder =>
        {
            builder.Configuration.AddInMemoryCollection((settings ?? []).Select(setting => KeyValuePair.Create($"Tornadose:FileLog:{setting.Name}", (string?)setting.Value)));
            services?.Invoke(builder.Services);
            builder.Services.AddTornadose().AddFileLog(path ?? _folder.Path, configure);
        });

    private sealed class Early(Action start) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
