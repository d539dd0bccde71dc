using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>The framework's rate limiter in front of publishing.</summary>
public sealed class PublishRateTests
{
    [Fact, Case("SEC-13")]
    public async Task RequireRateLimiting_OneMoreThanTheLimit_Gets429AndPublishesNothing()
    {
        await using var host = await TestHost.StartAsync(
            builder =>
            {
                builder.Services.AddTornadose(options => options.DrainWindow = TimeSpan.Zero).AddQueueStore("orders");
                builder.Services.AddRateLimiter(limiter =>
                {
                    limiter.RejectionStatusCode = 429;
                    limiter.AddPolicy("publishing", context => RateLimitPartition.GetFixedWindowLimiter(
                        context.Request.Headers["X-User"].ToString(), _ =>
                            new FixedWindowRateLimiterOptions { PermitLimit = 3, Window = TimeSpan.FromHours(1) }));
                });
            },
            app =>
            {
                app.UseRateLimiter();
                app.MapStorePublishing("/stores").AllowAnonymous().RequireRateLimiting("publishing");
            });
        foreach (var status in new[] { 200, 200, 200, 429 })
            Assert.Equal(status, await PublishAsync("ann"));
        Assert.Equal(200, await PublishAsync("bob"));
        Assert.Equal(4, host.OrdersStore().Position.Offset);

        async Task<int> PublishAsync(string user)
        {
            await using var answer = await RawHttp.SendAsync(
                host.Orders(), "POST", [("Content-Type", "text/plain"), ("X-User", user)], "hi"u8.ToArray());
            return answer.Status;
        }
    }
}
