using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Hubs;
using Tornadose.SignalR.Tests.Specifications;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.JavaScript;

/// <summary>A site with stores, a hub and a page that loads the script, behind a link that outlives its server.</summary>
internal sealed class ScriptSite : IAsyncDisposable
{
    private const string Page = """
        <!DOCTYPE html><title>stores</title><link rel="icon" href="data:,"><script src="/signalr.js"></script>
        <script type="module">
          import { collectEntries, followEntries, subscribe } from "/tornadose.js";
          import { follow } from "/follow.mjs";
          globalThis.start = ({ entries, ...options }) => follow(
            { subscribe: entries ? followEntries : subscribe, collectEntries }, signalR, location.origin, options);
        </script>
        """;

    private const string ComponentPage = """
        <!DOCTYPE html><title>component</title><link rel="icon" href="data:,"><main></main>
        <script type="module" src="/component.js"></script>
        """;

    private readonly string? _component;
    private SharedBackplane _logs = new();
    private TestHost _host = null!;
    private CutProxy _link = null!;
    private int _published;

    private ScriptSite(string? component) => _component = component;

    /// <summary>The URL for clients, whichever server is running.</summary>
    public Uri Url => _link.Url;

    /// <summary>The ids of everything published, in order.</summary>
    public List<string> Published { get; } = [];

    /// <summary>A keyed store that keeps few removals.</summary>
    public IKeyedStore<int> Devices => _host.Get<IStoreProvider>().GetKeyedStore<int>("devices");

    /// <param name="component">A script for the page <c>/component</c>.</param>
    public static async Task<ScriptSite> StartAsync(string? component = null)
    {
        var site = new ScriptSite(component);
        site._host = await site.StartServerAsync();
        site._link = CutProxy.Start(site._host.Http1);
        return site;
    }

    public async Task PublishAsync(int count)
    {
        var store = _host.Get<IStoreProvider>().GetStore("orders");
        for (var i = 0; i < count; i++)
            Published.Add((await store.PublishAsync(new { number = ++_published })).ToString());
    }

    /// <summary>Publishes a value to a store, as another part of the application does.</summary>
    public async Task PublishAsync(string store, string data, bool isJson)
    {
        var target = _host.Get<IStoreProvider>().GetStore(store);
        await (isJson ? target.PublishAsync(JsonElement.Parse(data)) : target.PublishAsync(data));
    }

    /// <summary>Waits until the server has a number of subscribers.</summary>
    public Task UntilSubscribersAsync(int count) => _host.UntilSubscribersAsync(count);

    /// <summary>Existing and new connections stay open, but nothing passes through them.</summary>
    public void Freeze() => _link.Freeze();

    public void Thaw() => _link.Thaw();

    /// <summary>Cuts every connection; new ones are accepted.</summary>
    public void Cut() => _link.Cut();

    /// <summary>Kills the server; until <see cref="ReviveAsync"/>, connections are refused.</summary>
    public async Task KillAsync()
    {
        _link.Redirect(null);
        await _host.DisposeAsync();
    }

    /// <summary>Starts another server in its place.</summary>
    /// <param name="forgets">Whether its stores start anew, as those in memory do; otherwise they are kept, as in Redis.</param>
    public async Task ReviveAsync(bool forgets = false)
    {
        if (forgets)
            _logs = new SharedBackplane();
        _host = await StartServerAsync();
        _link.Redirect(_host.Http1);
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await _host.DisposeAsync();
    }

    private Task<TestHost> StartServerAsync() => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<IBackplane>(_logs);
            builder.Services.AddTornadose(options =>
            {
                options.DrainWindow = TimeSpan.Zero;
                options.RetryMin = options.RetryMax = TimeSpan.FromMilliseconds(20);
            }).AddQueueStore("orders").AddQueueStore("notes").AddQueueStore("short", static store => store.Capacity = 2)
                .AddKeyedStore<int>("devices", static store => store.MaxTombstones = 10);
        },
        app =>
        {
            app.MapGet("/component", static () => Results.Content(ComponentPage, "text/html"));
            app.MapGet("/component.js", () => Results.Content(_component, "text/javascript"));
            app.MapGet("/", static () => Results.Content(Page, "text/html"));
            app.MapGet("/tornadose.js", static () => Results.File(ScriptFiles.Module, "text/javascript"));
            app.MapGet("/follow.mjs", static () => Results.File(ScriptFiles.Follow, "text/javascript"));
            app.MapGet("/signalr.js", static () => Results.File(ScriptFiles.SignalR, "text/javascript"));
            app.MapStores("/stores");
            app.MapStoreHub("/hubs/stores");
        });
}
