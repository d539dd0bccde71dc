using System.Dynamic;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR.Protocol;
using Newtonsoft.Json.Linq;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>Whatever a hub protocol has parsed an argument into is published as exactly its JSON, or refused with a reason.</summary>
public sealed class HubArgumentTests
{
    [Theory]
    [InlineData("""{"user":"a","n":1}""")]
    [InlineData("""{"UserName":"Ä\n😀","list":[1,"x",null,true,[],{}],"nested":{"a":{"b":[[1.5]]}}}""")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[[],[[]],{\"a\":[]}]")]
    [InlineData("17")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("""["2024-01-02T03:04:05.000Z","2024-01-02T03:04:05+05:00","/Date(1)/"]""")]
    [InlineData("""{"big":123456789012345678901234567890,"$type":"System.Object","$ref":"1"}""")]
    public async Task Publish_AnyJsonOverEitherJsonProtocol_IsStoredAsItIs(string json)
    {
        foreach (var serializer in new[] { "json", "newtonsoft" })
        {
            await using var host = await HubValues.StartAsync(serializer);
            await using var client = await HubValues.ConnectAsync(host, serializer);
            Assert.Null(await client.CallAsync("Publish", $"\"orders\",{json}"));
            Assert.Equal($"Json {json}", host.Latest());
            Assert.Null(await client.CallAsync("PublishWith", $"\"orders\",{json},\"type\",null"));
            Assert.Equal(($"Json {json}", 2), (host.Latest(), host.Orders.Position.Offset));
        }
    }

    [Theory]
    [InlineData("\"text\"", "text")]
    [InlineData("\"2024-01-02T03:04:05.000Z\"", "2024-01-02T03:04:05.000Z")]
    [InlineData("\"\"", "")]
    [InlineData("\"{\\\"a\\\":1}\"", "{\"a\":1}")]
    public async Task Publish_AStringOverEitherJsonProtocol_IsText(string json, string text)
    {
        foreach (var serializer in new[] { "json", "newtonsoft" })
        {
            await using var host = await HubValues.StartAsync(serializer);
            await using var client = await HubValues.ConnectAsync(host, serializer);
            Assert.Null(await client.CallAsync("Publish", $"\"orders\",{json}"));
            Assert.Equal($"Text {text}", host.Latest());
        }
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("[\"\\ud800\"]")]
    [InlineData("{\"\\ud800\":1}")]
    public async Task Publish_HalfASurrogatePair_IsRefused(string json)
    {
        await using var host = await HubValues.StartAsync("json");
        await using var client = await HubValues.ConnectAsync(host, "json");
        Assert.StartsWith("[invalid] ", await client.CallAsync("Publish", $"\"orders\",{json}"), StringComparison.Ordinal);
        Assert.Equal("nothing", host.Latest());
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("[1e400]")]
    [InlineData("{\"a\":[-1e400]}")]
    [InlineData("[NaN]")]
    [InlineData("{\"a\":Infinity}")]
    public async Task Publish_NumberThatNewtonsoftCannotHold_IsRefused(string json)
    {
        await using var host = await HubValues.StartAsync("newtonsoft");
        await using var client = await HubValues.ConnectAsync(host, "newtonsoft");
        var refusal = await client.CallAsync("Publish", $"\"orders\",{json}");
        Assert.StartsWith("[invalid] JSON has no infinite numbers", refusal, StringComparison.Ordinal);
        Assert.Equal("nothing", host.Latest());
    }

    public static TheoryData<string, object?, string> MessagePackValues => new()
    {
        { "object", new Dictionary<string, object?> { ["user"] = "ä", ["n"] = 1, ["none"] = null },
            """Json {"user":"ä","n":1,"none":null}""" },
        { "integer names", new Dictionary<int, string> { [1] = "a", [-2] = "b" }, """Json {"1":"a","-2":"b"}""" },
        { "list", new object?[] { 1, "x", null, true, new object[] { Array.Empty<object>() } }, """Json [1,"x",null,true,[[]]]""" },
        { "bytes", new byte[] { 1, 2, 255 }, "Json \"AQL/\"" },
        { "time", new DateTime(2024, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc), "Json \"2024-01-02T03:04:05.678Z\"" },
        { "text", "text", "Text text" },
        { "ulong", ulong.MaxValue, "Json 18446744073709551615" },
        { "long", long.MinValue, "Json -9223372036854775808" },
        { "float", 0.1f, "Json 0.1" },
        { "double", 12345678901234567.0, "Json 12345678901234568" },
        { "negative zero", -0.0, "Json -0" },
        { "nil", null, "Json null" },
        { "real names", new Dictionary<double, int> { [1.5] = 1 }, "[invalid]" },
        { "a list as a name", new Dictionary<object, int> { [new object[] { 1 }] = 1 }, "Failed to invoke" }, // in MessagePack itself
        { "bytes as a name", new Dictionary<object, int> { [new byte[] { 1 }] = 1 }, "Failed to invoke" },
        { "a name twice", new Dictionary<object, int> { [1] = 1, ["1"] = 2 }, "[invalid]" },
        { "not a number", double.NaN, "[invalid]" },
        { "infinite in a list", new[] { float.PositiveInfinity }, "[invalid]" },
        { "too deep", Nested(65), "[invalid]" },
        { "deep", Nested(64), $"Json {new string('[', 64)}{new string(']', 64)}" },
    };

    [Theory]
    [MemberData(nameof(MessagePackValues))]
    public async Task Publish_AnyValueOverMessagePack_IsItsJsonOrRefused(string what, object? value, string expected)
    {
        await using var host = await HubValues.StartAsync("messagepack");
        await using var client = await HubValues.ConnectAsync(host, "messagepack");
        var error = (await client.InvokeAsync("Publish", "orders", value)).Error?.Split("HubException: ")[^1];
        if (error is null)
            Assert.Equal(expected, host.Latest());
        else
            Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.Equal((what, error is null ? 1 : 0), (what, host.Orders.Position.Offset));
    }

    /// <summary>Argument types of other protocols, and of other settings of the protocols above.</summary>
    public static TheoryData<string, object?, string> Values
    {
        get
        {
            dynamic expando = new ExpandoObject();
            expando.Name = "x";
            return new()
            {
                { "JsonNode", JsonNode.Parse("""{"a":1.10}"""), """Json {"a":1.10}""" },
                { "JsonValue", JsonValue.Create("text"), "Text text" },
                { "JsonDocument", JsonDocument.Parse("[1e400]"), "Json [1e400]" },
                { "elements in a list", new List<object> { JsonElement.Parse("{\"a\":1e400}"), JsonNode.Parse("[2]")! },
                    """Json [{"a":1e400},[2]]""" },
                { "ExpandoObject", expando, """Json {"Name":"x"}""" },
                { "BigInteger", BigInteger.Pow(2, 200), $"Json {BigInteger.Pow(2, 200)}" },
                { "Int128", Int128.MinValue, "Json -170141183460469231731687303715884105728" },
                { "decimal", 12345678901234567.890m, "Json 12345678901234567.890" },
                { "Half", (Half)1.5f, "Json 1.5" },
                { "DateTimeOffset", new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.FromHours(5)), "Json \"2024-01-02T03:04:05+05:00\"" },
                { "Guid", Guid.Empty, "Json \"00000000-0000-0000-0000-000000000000\"" },
                { "tokens in a dictionary",
                    new Dictionary<string, object?> { ["a"] = JObject.Parse("{\"b\":[1]}"), ["c"] = new JValue(5) },
                    """Json {"a":{"b":[1]},"c":5}""" },
                { "JValue", new JValue("text"), "Text text" },
                { "JValue null", JValue.CreateNull(), "Json null" },
                { "JValue decimal", new JValue(1.10m), "Json 1.10" },
                { "JObject with everything",
                    new JObject { ["t"] = new DateTime(2024, 1, 2, 0, 0, 0, DateTimeKind.Utc), ["g"] = Guid.Empty,
                        ["b"] = new JValue(BigInteger.Pow(10, 9)) },
                    """Json {"t":"2024-01-02T00:00:00Z","g":"00000000-0000-0000-0000-000000000000","b":1000000000}""" },
                { "half of a pair", "\ud800", "no JSON" },
                { "half of a pair in a list", new List<object> { "\ud800" }, "no JSON" },
                { "half of a pair as a name", new Dictionary<string, object?> { ["\ud800"] = 1 }, "no JSON" },
                { "half of a pair in a token", new JArray("\ud800"), "no JSON" },
                { "JConstructor", new JConstructor("Date", 1), "no JSON" },
                { "a sequence", Enumerable.Range(0, 3).Select(number => number), "no JSON" },
                { "an object", new Version(1, 2), "no JSON" },
                { "a sequence in a list", new List<object> { new Queue<int>() }, "no JSON" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void ToContent_AnyValue_IsItsJsonOrRefused(string what, object? value, string expected)
    {
        try
        {
            var content = HubArgument.ToContent(value);
            Assert.Equal((what, expected), (what, $"{content.Format} {System.Text.Encoding.UTF8.GetString(content.Data.Span)}"));
        }
        catch (ArgumentException refused)
        {
            Assert.Equal((what, "no JSON"), (what, expected));
            Assert.DoesNotContain("System", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ToContent_NewtonsoftReal_IsTheSameInEveryCulture()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
        try
        {
            Assert.Equal("[-1.5]", System.Text.Encoding.UTF8.GetString(HubArgument.ToContent(JArray.Parse("[-1.5]")).Data.Span));
            Assert.Equal("-1.5", System.Text.Encoding.UTF8.GetString(HubArgument.ToContent(new JValue(-1.5)).Data.Span));
            Assert.Equal("-2", System.Text.Encoding.UTF8.GetString(HubArgument.ToContent(-2).Data.Span));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task Publish_ExtensionTypeOverMessagePack_FailsAndKeepsTheConnection()
    {
        await using var host = await HubValues.StartAsync("messagepack");
        await using var client = await HubValues.ConnectAsync(host, "messagepack");
        // [1, {}, "9", "Publish", ["orders", ext 5 of one byte], []] after its length
        byte[] message = [0x96, 0x01, 0x80, 0xa1, (byte)'9', 0xa7, .. "Publish"u8, 0x92, 0xa6, .. "orders"u8, 0xd4, 0x05, 0x00, 0x90];
        await client.SendBytesAsync((byte[])[(byte)message.Length, .. message]);
        CompletionMessage? answer = null;
        await Eventually.TrueAsync(() => (answer = client.Answer("9")) is not null);
        Assert.NotNull(answer!.Error);
        Assert.Null((await client.InvokeAsync("Publish", "orders", 1)).Error);
        Assert.Equal("Json 1", host.Latest());
    }

    private static object Nested(int depth)
    {
        object[] value = [];
        for (var level = 1; level < depth; level++)
            value = [value];
        return value;
    }
}
