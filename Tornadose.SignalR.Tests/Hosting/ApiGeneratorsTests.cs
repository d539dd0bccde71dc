using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.Packaging;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hosting;

/// <summary>
/// The endpoints in the documents of the generators that applications use. If a generator rejects one endpoint, the application loses its
/// whole document.
/// </summary>
public sealed class ApiGeneratorsTests(PackageFixture package)
{
    private static readonly string[] Verbs = ["get", "head", "post", "put", "delete"];

    [Fact]
    public async Task Framework_Document_DescribesTheEndpointsUnderTheApplicationsTags()
    {
        await using var host = await StartAsync(static services => services.AddOpenApi(), static app => app.MapOpenApi());
        AssertDescribed(await GetAsync(host.Url("/openapi/v1.json")), typeof(ApiGeneratorsTests).Assembly.GetName().Name!);
    }

    [Fact]
    public async Task NSwag_Document_DescribesTheEndpointsUnderTheApplicationsTags()
    {
        await using var host = await StartAsync(
            static services => services.AddEndpointsApiExplorer().AddOpenApiDocument(static document => document.Title = "NSwag"),
            static app => app.UseOpenApi());
        AssertDescribed(await GetAsync(host.Url("/swagger/v1/swagger.json")), typeof(ApiGeneratorsTests).Assembly.GetName().Name!);
    }

    /// <summary>In a separate process, because Swashbuckle and the framework's generator need different versions of one library.</summary>
    [Fact]
    public async Task Swashbuckle_Document_DescribesTheEndpointsUnderTheApplicationsTags()
    {
        const string Program = """
            var builder = WebApplication.CreateBuilder(args);
            builder.Services.AddEndpointsApiExplorer();
            builder.Services.AddSwaggerGen();
            builder.Services.AddTornadose().AddQueueStore("orders").AddKeyedStore("devices");
            var app = builder.Build();
            app.UseSwagger();
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").AllowAnonymous().WithTags("mine");
            app.MapStoreInspector("/stores/_inspect").AllowAnonymous();
            app.MapStoreHub("/hub");
            app.Run();
            """;
        await using var app = await ConsumerApp.CreateAsync(
            package, Program, items: """<PackageReference Include="Swashbuckle.AspNetCore" Version="11.0.1" />""");
        await app.BuildAndStartAsync();
        AssertDescribed(await GetAsync(new Uri(app.Url, "swagger/v1/swagger.json")), "Consumer");
    }

    private static Task<TestHost> StartAsync(Action<IServiceCollection> add, Action<WebApplication> map) => TestHost.StartAsync(
        builder =>
        {
            add(builder.Services);
            builder.Services.AddTornadose().AddQueueStore("orders").AddKeyedStore("devices");
        },
        app =>
        {
            map(app);
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").AllowAnonymous().WithTags("mine");
            app.MapStoreInspector("/stores/_inspect").AllowAnonymous();
            app.MapStoreHub("/hub");
        });

    private static async Task<JsonElement> GetAsync(Uri url)
    {
        await using var answer = await RawHttp.GetAsync(url);
        var text = await answer.ReadTextAsync();
        Assert.True(answer.Status == 200, $"{answer.Status} {text}");
        return JsonElement.Parse(text).GetProperty("paths");
    }

    private static void AssertDescribed(JsonElement paths, string application)
    {
        Assert.Equal(
            ["/stores/_inspect", "/stores/_inspect/subscribers/{id}", "/stores/_ticket", "/stores/{store}"],
            paths.EnumerateObject().Select(static path => path.Name).Order(StringComparer.Ordinal));
        var operations = paths.EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject().Where(static verb => verb.Name != "parameters")).ToArray();
        Assert.All(operations, static verb => Assert.Contains(verb.Name, Verbs));
        Assert.Equal((string?[])["mine"], Tags(paths.GetProperty("/stores/{store}").GetProperty("post")));
        // NSwag adds no tags of its own
        Assert.All(operations, verb => Assert.Contains(Tags(verb.Value), new string?[][] { [], [application], ["mine"] }));
        var ids = operations.Where(static verb => verb.Value.TryGetProperty("operationId", out _))
            .Select(static verb => verb.Value.GetProperty("operationId").GetString()).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        var get = paths.GetProperty("/stores/{store}").GetProperty("get");
        Assert.Contains("store path", get.GetProperty("parameters").EnumerateArray()
            .Select(static parameter => $"{parameter.GetProperty("name").GetString()} {parameter.GetProperty("in").GetString()}"));
        Assert.True(get.GetProperty("responses").TryGetProperty("200", out _));
    }

    private static string?[] Tags(JsonElement operation) =>
        operation.TryGetProperty("tags", out var tags) ? [.. tags.EnumerateArray().Select(static tag => tag.GetString())] : [];
}
