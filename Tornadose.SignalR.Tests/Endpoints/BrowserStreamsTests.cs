using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Pages that use only the browser's own <c>EventSource</c>.</summary>
public sealed class BrowserStreamsTests
{
    private const int Connections = 6;

    [Fact, Case("HTTP-01")]
    public async Task EventSource_PlainPage_GetsHistoryThenWhatIsNew()
    {
        await using var host = await StartAsync();
        await Store(host, 1).PublishAsync("before");
        await using var page = await ChromiumPage.OpenAsync(host.Url("/page"));
        await page.EvalAsync("window.got = []; window.source = new EventSource('/stores/s1?from=earliest'); source.onmessage = e => " +
            "got.push(e.data); undefined");
        await page.WaitForAsync("got.join() === 'before'");
        await Store(host, 1).PublishAsync("now\nin two lines");
        await page.WaitForAsync("got.join('|') === 'before|now\\nin two lines'");
        Assert.Empty(await page.ErrorsAsync());
    }

    [Fact, Case("HTTP-35")]
    public async Task EventSource_SeventhTabOverHttp1_WaitsUntilOneIsClosed()
    {
        await using var host = await StartAsync();
        await using var page = await ChromiumPage.OpenAsync();
        for (var tab = 1; tab <= Connections + 1; tab++)
            await page.GotoAsync(host.Url("/page"), $"tab{tab}");
        for (var tab = 1; tab <= Connections + 1; tab++)
        {
            await page.EvalAsync(
                $"window.got = []; window.source = new EventSource('/stores/s{tab}'); source.onmessage = e => got.push(e.data); undefined",
                $"tab{tab}");
            if (tab <= Connections)
                await page.WaitForAsync("source.readyState === EventSource.OPEN", $"tab{tab}");
        }

        // The first six are served, however often; the seventh has not even reached the server.
        for (var tab = 1; tab <= Connections + 1; tab++)
            await Store(host, tab).PublishAsync("hello");
        for (var tab = 1; tab <= Connections; tab++)
            await page.WaitForAsync("got.join() === 'hello'", $"tab{tab}");
        Assert.Equal(0, (await page.EvalAsync("source.readyState", $"tab{Connections + 1}")).GetInt32());
        Assert.Equal(Connections, host.Subscribers());

        await page.EvalAsync("source.close()", "tab1");
        await page.WaitForAsync("source.readyState === EventSource.OPEN", $"tab{Connections + 1}");
    }

    [Fact, Case("HTTP-35")]
    public async Task EventSource_SevenStoresInOneStream_TakeOneConnectionOfSix()
    {
        await using var host = await StartAsync();
        await using var page = await ChromiumPage.OpenAsync(host.Url("/page"));
        var stores = Enumerable.Range(1, Connections + 1).Select(number => $"s{number}").ToList();
        await page.EvalAsync($$"""
            window.got = [];
            window.stores = '{{string.Join(' ', stores)}}'.split(' ');
            window.source = new EventSource('/stores?' + stores.map(store => `store=${store}`).join('&'));
            stores.forEach(store => source.addEventListener(store, e => got.push(`${store} ${e.data}`)));
            undefined
            """);
        await page.WaitForAsync("source.readyState === EventSource.OPEN");
        for (var store = 1; store <= Connections + 1; store++)
            await Store(host, store).PublishAsync("hello");
        await page.WaitForAsync("got.length === stores.length");
        Assert.Equal(
            stores.Select(store => $"{store} hello"),
            (await page.EvalAsync("got")).EnumerateArray().Select(text => text.GetString()).Order());
        Assert.Equal(1, host.Subscribers());
        // Loading a second page needs a connection, too: five are left.
        await page.GotoAsync(host.Url("/page"), "second");
    }

    private static IStore Store(TestHost host, int number) => host.Get<IStoreProvider>().GetStore($"s{number}");

    private static Task<TestHost> StartAsync() => TestHost.StartAsync(
        builder =>
        {
            var stores = builder.Services.AddTornadose(options => options.DrainWindow = TimeSpan.Zero);
            for (var number = 1; number <= Connections + 1; number++)
                stores.AddQueueStore($"s{number}");
        },
        app =>
        {
            app.MapStores("/stores");
            app.MapGet(
                "/page", () => Results.Content("<!DOCTYPE html><title>plain</title><link rel=\"icon\" href=\"data:,\">", "text/html"));
        });
}
