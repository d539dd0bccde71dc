using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>A host of keyed stores, requests to it, and its responses as one word each.</summary>
internal static class KeyedStoresHost
{
    public static Task<TestHost> StartAsync(TimeProvider? time = null) => TestHost.StartAsync(
        builder =>
        {
            if (time is not null)
                builder.Services.AddSingleton(time);
            builder.Services.AddTornadose(static options => options.DrainWindow = TimeSpan.Zero)
                .AddQueueStore("orders")
                .AddKeyedStore<int>("devices")
                .AddKeyedStore<int>("small", static options => options.MaxKeys = 1)
                .AddKeyedStore<int>("random", static options => options.MaxTombstones = 10)
                .AddKeyedStore<int>("rooms/{id}")
                .AddKeyedStore<int>("present", static options => options.KeyMaxAge = TimeSpan.FromSeconds(10));
        },
        static app =>
        {
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
        });

    public static async Task<(string Body, string? ETag)> SnapshotAsync(HttpClient http, Uri url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/json"));
        using var response = await http.SendAsync(request);
        return (await response.Content.ReadAsStringAsync(), response.Headers.ETag?.Tag);
    }

    public static async Task<int> StatusAsync(
        HttpClient http, HttpMethod method, Uri url, string? body = null, string? ifMatch = null, string? ifNoneMatch = null) =>
        (int)(await SendAsync(http, method, url, body, "application/json", ifMatch, ifNoneMatch)).StatusCode;

    public static async Task<HttpResponseMessage> SendAsync(
        HttpClient http, HttpMethod method, Uri url, string? body, string type = "application/json", string? ifMatch = null,
        string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(method, url)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, type),
        };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (ifNoneMatch is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await http.SendAsync(request);
    }

    public static async Task<List<string>> WordsAsync(NodeClient client, int count) =>
        [.. (await client.TakeAsync("message", count))
            .Select(static line => WordOf(JsonElement.Parse(line.GetProperty("data").GetString()!)))];

    public static async Task<List<string>> WordsAsync(RawLines lines, int count)
    {
        var words = new List<string>();
        while (words.Count < count)
            words.Add(WordOf((await lines.NextObjectAsync()).GetProperty("data")));
        return words;
    }

    public static string WordOf(WireMessage message) => WordOf(JsonElement.Parse(message.Data));

    /// <summary>The control message, value or removal as a word; the text of any other store unchanged.</summary>
    public static string WordOf(JsonElement change)
    {
        if (change.ValueKind == JsonValueKind.String)
            return change.GetString()!;
        var headers = change.GetProperty("headers");
        return headers.TryGetProperty("control", out var control) ? control.GetString()!
            : change.TryGetProperty("value", out var value) ? value.GetRawText()
            : headers.GetProperty("operation").GetString()!;
    }
}
