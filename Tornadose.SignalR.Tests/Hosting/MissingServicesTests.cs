using Microsoft.AspNetCore.Builder;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hosting;

public sealed class MissingServicesTests
{
    public static TheoryData<string> Methods => ["MapStores", "MapStorePublishing", "MapStoreHub"];

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Map_AddTornadoseForgotten_ShowsTheMissingLine(string method)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(map: app => Map(app, method)));
        Assert.Equal(
            $"{method} needs the stores' services. Add this line before the application is built: builder.Services.AddTornadose();",
            failure.Message);
    }

    private static void Map(WebApplication app, string method) => _ = method switch
    {
        "MapStores" => app.MapStores("/stores"),
        "MapStorePublishing" => app.MapStorePublishing("/stores"),
        _ => app.MapStoreHub("/hubs/stores"),
    };
}
