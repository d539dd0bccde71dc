using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Inspection;

/// <summary>An application whose inspector is open to everyone, for tests.</summary>
internal static class InspectedApp
{
    public static Task<TestHost> StartAsync(Action<ITornadoseBuilder>? add = null, Action<IServiceCollection>? services = null) =>
        TestHost.StartAsync(
        builder =>
        {
            services?.Invoke(builder.Services);
            var stores = builder.Services.AddTornadose(options =>
            {
                options.DrainWindow = TimeSpan.Zero;
                (options.RetryMin, options.RetryMax) = (TimeSpan.Zero, TimeSpan.Zero);
            }).AddQueueStore("orders", store => (store.MaxBytes, store.SendTimeout) = (64 << 20, TimeSpan.FromHours(1)))
                .AddDataStore("weather");
            add?.Invoke(stores);
        },
        app =>
        {
            app.MapStores("/stores");
            app.MapStoreHub("/hubs/stores");
            app.MapStoreInspector("/stores/_inspect").AllowAnonymous();
            app.MapGet("/page", () => Microsoft.AspNetCore.Http.Results.Text("<title>page</title>", "text/html"));
        });

    public static async Task<JsonElement> InspectAsync(this TestHost host, string query = "")
    {
        await using var answer = await RawHttp.GetAsync(host.Url($"/stores/_inspect{query}"));
        Assert.Equal(
            (200, "application/json; charset=utf-8", "no-store"),
            (answer.Status, answer.Header("Content-Type"), answer.Header("Cache-Control")));
        return JsonElement.Parse(await answer.ReadTextAsync());
    }

    /// <summary>The inspector's report on this node alone.</summary>
    public static async Task<JsonElement> InspectNodeAsync(this TestHost host, string query = "") =>
        (await host.InspectAsync(query)).GetProperty("nodes")[0];

    /// <summary>The id of the only subscriber, once it is registered.</summary>
    public static async Task<string> IdOfOnlySubscriberAsync(this TestHost host)
    {
        await Eventually.TrueAsync(async () => (await host.InspectNodeAsync()).GetProperty("subscriberCount").GetInt32() == 1);
        return Assert.Single((await host.InspectNodeAsync()).GetProperty("subscribers").EnumerateArray()).GetProperty("id").GetString()!;
    }

    public static async Task<int> DismissAsync(this TestHost host, string id, params (string Name, string Value)[] headers)
    {
        await using var answer = await RawHttp.SendAsync(host.Url($"/stores/_inspect/subscribers/{id}"), "DELETE", headers);
        return answer.Status;
    }
}
