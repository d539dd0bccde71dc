using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hosting;

public sealed class StartupChecksTests
{
    [Fact]
    public async Task Start_PolicyThatDoesNotExist_SaysWhatToAdd()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(builder =>
        {
            builder.Services.AddAuthorization();
            builder.Services.AddTornadose().AddQueueStore("orders", options => options.ReadPolicy = "nobody-knows");
        }));
        Assert.Contains("AddPolicy(\"nobody-knows\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PolicyWithoutAuthorization_SaysWhatToAdd()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(builder =>
            builder.Services.AddTornadose().AddQueueStore("devices/{id}", options => options.PublishPolicy = "own")));
        Assert.Contains("Add", failure.Message, StringComparison.Ordinal);
        Assert.Contains("own", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SettingsOfAStoreThatIsNone_AreNamedInTheLog()
    {
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Tornadose:Stores:orders:Capacity"] = "5",
                ["Tornadose:Stores:ordres:Capacity"] = "5",
            });
            builder.Services.AddTornadose().AddQueueStore("orders");
        });
        var warnings = host.Logs.GetSnapshot().Where(entry => entry.Message.Contains("has no effect", StringComparison.Ordinal)).ToArray();
        Assert.Contains("Tornadose:Stores:ordres", Assert.Single(warnings).Message, StringComparison.Ordinal);
    }

    /// <summary>It fails at start, not at the store's first change or first reader.</summary>
    [Theory]
    [InlineData("devices")]
    [InlineData("devices/{id}")]
    public async Task Start_KeyedStoreOnABackplaneThatKeepsNone_NamesBoth(string name)
    {
        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => TestHost.StartAsync(
            builder =>
            {
                builder.Services.AddTornadose().AddQueueStore("orders").AddKeyedStore(name);
                builder.Services.AddSingleton<IBackplane, MessagesAlone>();
            },
            app => app.MapStores("/stores")));
        Assert.Contains($"'{name}' is a keyed store, and MessagesAlone keeps none", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://app.example/", "browsers send 'https://app.example'")]
    [InlineData("https://app.example/path", "browsers send 'https://app.example'")]
    [InlineData("https://app.example?x", "browsers send 'https://app.example'")]
    [InlineData("https://app.example:443", "browsers send 'https://app.example'")]
    [InlineData("http://app.example:80", "browsers send 'http://app.example'")]
    [InlineData("https://App.example", "browsers send 'https://app.example'")]
    [InlineData("HTTPS://app.example", "browsers send 'https://app.example'")]
    [InlineData("https://MÜNCHEN.example", "browsers send 'https://münchen.example'")]
    [InlineData("https://me@app.example", "browsers send 'https://app.example'")]
    [InlineData(" https://app.example", "browsers send 'https://app.example'")]
    [InlineData("http://[0:0:0:0:0:0:0:1]:5000", "browsers send 'http://[::1]:5000'")]
    [InlineData("https://*.app.example", "patterns are not supported")]
    [InlineData("*.app.example", "patterns are not supported")]
    [InlineData("app.example", "an origin is scheme and host")]
    [InlineData("localhost:5000", "an origin is scheme and host")]
    [InlineData("null", "an origin is scheme and host")]
    [InlineData("", "an origin is scheme and host")]
    public async Task Start_OriginThatNoBrowserSends_IsRefusedWithWhatBrowsersSend(string origin, string words)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StoresApp.StartAsync(options: all => all.AllowedOrigins.Add(origin)));
        Assert.Contains(
            $"AllowedOrigins has '{origin}', which no page would match; {words}", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory, InlineData("https://app.example"), InlineData("http://localhost:5000"), InlineData("https://münchen.example"),
        InlineData("http://[::1]:5000"), InlineData("capacitor://localhost"), InlineData("*")]
    public async Task Start_OriginThatBrowsersSend_IsTaken(string origin)
    {
        await using var host = await StoresApp.StartAsync(options: all => all.AllowedOrigins.Add(origin));
        Assert.Equal([origin], host.Get<Tornadose.SignalR.TornadoseOptions>().AllowedOrigins);
    }

    [Fact, Case("SEC-08")]
    public async Task Start_StoreHubByMapHub_SaysTheLineToWrite()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StoresApp.StartAsync(before: static app => app.MapHub<Tornadose.SignalR.StoreHub>("/hubs/stores")));
        Assert.Contains("app.MapStoreHub(\"/hubs/stores\");", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StoresApp.StartAsync(before: static app => app.MapGroup("/api").MapHub<OwnHub>("/own")));
        Assert.Contains("app.MapStoreHub<OwnHub>(\"/api/own\");", failure.Message, StringComparison.Ordinal);
    }

    private sealed class OwnHub : Tornadose.SignalR.StoreHub;

    private sealed class MessagesAlone : IBackplane
    {
        private readonly LocalBackplane _local = new(TimeProvider.System);

        public IBackplaneChannel Open(string store, MessageLogLimits limits) => _local.Open(store, limits);
    }
}
