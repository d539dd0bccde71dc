using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
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

    [Theory, InlineData("https://app.example/"), InlineData("app.example"), InlineData("https://app.example/path"), InlineData("")]
    public async Task Start_OriginThatNoBrowserSends_IsRefused(string origin)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StoresApp.StartAsync(options: all => all.AllowedOrigins.Add(origin)));
        Assert.Contains("AllowedOrigins", failure.ToString(), StringComparison.Ordinal);
    }
}
