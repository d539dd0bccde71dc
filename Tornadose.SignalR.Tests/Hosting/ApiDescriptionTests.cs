using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hosting;

/// <summary>The endpoints in the document that <c>Microsoft.AspNetCore.OpenApi</c> generates.</summary>
public sealed class ApiDescriptionTests
{
    [Fact]
    public async Task OpenApi_Reading_HasMediaTypesParametersAndRefusals()
    {
        var get = (await PathsAsync()).GetProperty("/stores/{store}").GetProperty("get");
        Assert.Equal(
            ["application/json", "application/x-ndjson", "text/event-stream"],
            MediaTypes(get.GetProperty("responses").GetProperty("200")));
        Assert.Equal(["101", "200", "204", "400", "401", "403", "404", "406", "429", "503"], Names(get.GetProperty("responses")));
        Assert.Equal([
            "Last-Event-ID header", "after query", "every query", "from query", "heartbeat query", "key query", "last query", "store path",
            "ticket query",
            "wait query"], Parameters(get));
        Assert.Contains("read", get.GetProperty("summary").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.All(
            get.GetProperty("parameters").EnumerateArray(),
            parameter => Assert.NotEmpty(parameter.GetProperty("description").GetString()!));
    }

    [Fact]
    public async Task OpenApi_Publishing_HasBodyParametersAndRefusals()
    {
        var post = (await PathsAsync()).GetProperty("/stores/{store}").GetProperty("post");
        Assert.Equal(
            ["application/*+json", "application/json", "application/x-ndjson", "application/x-www-form-urlencoded", "text/plain"],
            MediaTypes(post.GetProperty("requestBody")));
        Assert.Equal(["application/json"], MediaTypes(post.GetProperty("responses").GetProperty("200")));
        Assert.Equal(["200", "400", "401", "403", "404", "409", "413", "415", "503"], Names(post.GetProperty("responses")));
        Assert.Equal(["Idempotency-Key header", "event query", "store path"], Parameters(post));
    }

    [Fact]
    public async Task OpenApi_OtherEndpoints_AreThere()
    {
        var paths = await PathsAsync();
        Assert.Equal(["/stores/_inspect", "/stores/_inspect/subscribers/{id}", "/stores/_ticket", "/stores/{store}"], Names(paths));
        var dismiss = paths.GetProperty("/stores/_inspect/subscribers/{id}");
        Assert.Equal(["delete"], Names(dismiss));
        Assert.Equal(["204", "401", "403", "404", "503"], Names(dismiss.GetProperty("delete").GetProperty("responses")));
        Assert.Equal(
            ["200", "400", "401", "403", "404", "413", "415", "429", "503"],
            Names(paths.GetProperty("/stores/_ticket").GetProperty("post").GetProperty("responses")));
        Assert.Equal(
            ["200", "204", "400", "401", "403", "404", "405", "409", "412", "413", "415", "503", "507"],
            Names(paths.GetProperty("/stores/{store}").GetProperty("put").GetProperty("responses")));
        Assert.Equal(["limit query", "store query"], Parameters(paths.GetProperty("/stores/_inspect").GetProperty("get")));
        Assert.Equal(["delete", "get", "head", "post", "put"], Names(paths.GetProperty("/stores/{store}")));
    }

    private static async Task<JsonElement> PathsAsync()
    {
        await using var host = await TestHost.StartAsync(
            builder =>
            {
                builder.Services.AddOpenApi();
                builder.Services.AddTornadose().AddQueueStore("orders").AddKeyedStore("devices");
            },
            app =>
            {
                app.MapOpenApi();
                app.MapStores("/stores");
                app.MapStorePublishing("/stores").AllowAnonymous();
                app.MapStoreInspector("/stores/_inspect").AllowAnonymous();
            });
        await using var answer = await RawHttp.GetAsync(host.Url("/openapi/v1.json"));
        var text = await answer.ReadTextAsync();
        Assert.True(answer.Status == 200, $"{text} {string.Join('\n', host.Logs.GetSnapshot())}");
        return JsonElement.Parse(text).GetProperty("paths");
    }

    private static IEnumerable<string> Names(JsonElement element) =>
        element.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal);

    private static IEnumerable<string> MediaTypes(JsonElement element) => Names(element.GetProperty("content"));

    private static IEnumerable<string> Parameters(JsonElement operation) => operation.GetProperty("parameters").EnumerateArray()
        .Select(parameter => $"{parameter.GetProperty("name").GetString()} {parameter.GetProperty("in").GetString()}")
        .Order(StringComparer.Ordinal);
}
