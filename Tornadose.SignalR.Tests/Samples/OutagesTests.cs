using BlazorDashboard.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class OutagesTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Begin_PageWithoutAStream_IsNothing() => Assert.False(new Outages(_clock).Begin("unknown"));

    [Fact]
    public async Task Begin_PageWithAStream_CutsItAndRefusesThePageForFiveSeconds()
    {
        var outages = new Outages(_clock);
        await using var host = await HostAsync(outages);
        using var client = new HttpClient();
        using var mine = await client.GetAsync(host.Url("/page/mine/stream"), HttpCompletionOption.ResponseHeadersRead).WithTimeout();
        using var other = await client.GetAsync(host.Url("/page/other/stream"), HttpCompletionOption.ResponseHeadersRead).WithTimeout();
        Assert.True(outages.Begin("mine"));
        Assert.False(outages.Begin("mine"));
        await Assert.ThrowsAnyAsync<Exception>(() => mine.Content.ReadAsStringAsync().WithTimeout());
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync(host.Url("/page/mine/stream")).WithTimeout());
        _clock.Advance(TimeSpan.FromSeconds(5));
        using var again = await client.GetAsync(host.Url("/page/mine/stream"), HttpCompletionOption.ResponseHeadersRead).WithTimeout();
        Assert.True(again.IsSuccessStatusCode);
        Assert.True(outages.Begin("other"));
    }

    private static Task<TestHost> HostAsync(Outages outages) => TestHost.StartAsync(
        builder => builder.Services.AddSingleton(outages),
        app =>
        {
            app.UseMiddleware<OutageMiddleware>();
            app.UseRouting();
            app.MapGet("/stream", async (HttpContext context) =>
            {
                await context.Response.WriteAsync("begun");
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            });
        });
}
