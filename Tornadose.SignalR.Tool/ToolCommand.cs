using System.CommandLine;

namespace Tornadose.SignalR.Tool;

/// <summary>The command line: its commands, options and arguments.</summary>
internal static class ToolCommand
{
    private static readonly Argument<Uri> Url = new("url")
    {
        Description = "The URL of a store: https://example.com/stores/orders",
        CustomParser = static result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" &&
                url.AbsolutePath.Trim('/').Length > 0)
                return url;
            result.AddError($"'{text}' is not the URL of a store, as https://example.com/stores/orders is.");
            return null;
        },
    };

    private static readonly Option<string?> Token = new("--token")
    {
        Description = "A bearer token. Default: that of the variable TORNADOSE_TOKEN, which other users of the machine do not see.",
        DefaultValueFactory = static _ => Environment.GetEnvironmentVariable("TORNADOSE_TOKEN"),
        Recursive = true,
    };

    public static RootCommand Create(TextReader input) =>
        new("Follows stores of Tornadose.SignalR, publishes to them, and tests what is between here and the server.")
        {
            Token, Tail(), Publish(input), Doctor(),
        };

    private static Command Tail()
    {
        var after = new Option<string?>("--after") { Description = "Begin after this id." };
        var earliest = new Option<bool>("--earliest") { Description = "Begin with the oldest message that is kept." };
        var last = new Option<int?>("--last") { Description = "Begin with this many of the newest messages." };
        var transport = new Option<StoreTransport>("--transport")
        {
            Description = "ServerSentEvents, WebSocket or LongPolling.",
            DefaultValueFactory = static _ => StoreTransport.ServerSentEvents,
        };
        transport.Validators.Add(result =>
        {
            if (result.GetValue(transport) == StoreTransport.SignalR)
                result.AddError("The hub has a URL of its own. Follow the store by another transport.");
        });
        var command = new Command("tail", "Follows a store, across lost connections and restarts, and writes JSON lines.")
        {
            Url, after, earliest, last, transport,
        };
        command.Validators.Add(result =>
        {
            if (new object?[] { result.GetValue(after), result.GetValue(last) }.Count(static one => one is not null)
                + (result.GetValue(earliest) ? 1 : 0) > 1)
                result.AddError("Use only one of --after, --earliest and --last.");
            else if (result.GetValue(last) < 0)
                result.AddError("--last must be a number of messages, from 0.");
        });
        command.SetAction((parsed, stop) => TailCommand.RunAsync(
            StoreUrl.Of(parsed.GetRequiredValue(Url)),
            parsed.GetValue(after) is { } id ? StartAt.AfterId(id)
                : parsed.GetValue(earliest) ? StartAt.Earliest
                : parsed.GetValue(last) is { } count ? StartAt.Last(count) : null,
            Options(parsed, parsed.GetValue(transport)), parsed.InvocationConfiguration, stop));
        return command;
    }

    private static Command Publish(TextReader input)
    {
        var json = new Option<bool>("--json") { Description = "Each line is a JSON value. Without this option each line is text." };
        var eventType = new Option<string?>("--event") { Description = "The event type of each message." };
        var command = new Command("publish", "Publishes each line of the standard input. Lines that arrive together share a request.")
        {
            Url, json, eventType,
        };
        command.SetAction((parsed, stop) => new PublishCommand(
            StoreUrl.Of(parsed.GetRequiredValue(Url)), Options(parsed, default), parsed.GetValue(json), parsed.GetValue(eventType))
            .RunAsync(input, parsed.InvocationConfiguration, stop));
        return command;
    }

    private static Command Doctor()
    {
        var watch = new Option<int>("--watch")
        {
            Description = "How many seconds to keep streams open: longer than the server's keep-alive and proxies' time-outs.",
            DefaultValueFactory = static _ => 35,
        };
        var publish = new Option<bool>("--publish")
        {
            Description = "Also publish a message, which all readers of the store receive, and time it.",
        };
        var patience = new Option<int>("--patience")
        {
            Description = "How many seconds an answer may take.",
            DefaultValueFactory = static _ => 5,
        };
        foreach (var option in new[] { watch, patience })
        {
            option.Validators.Add(result =>
            {
                if (result.GetValue(option) is < 1 or > 3600)
                    result.AddError($"{option.Name} must be a number of seconds, from 1 to 3600.");
            });
        }

        var command = new Command(
            "doctor", "Reports what buffers, cuts or strips between here and the server. Exits with 1 if something does.")
        {
            Url, watch, publish, patience,
        };
        command.SetAction((parsed, stop) => new DoctorCommand(
            parsed.GetRequiredValue(Url), parsed.GetValue(Token), TimeSpan.FromSeconds(parsed.GetValue(watch)),
            TimeSpan.FromSeconds(parsed.GetValue(patience)), parsed.InvocationConfiguration.Output)
            .RunAsync(parsed.GetValue(publish), stop));
        return command;
    }

    private static TornadoseClientOptions Options(ParseResult parsed, StoreTransport transport)
    {
        var token = parsed.GetValue(Token);
        return new TornadoseClientOptions
        {
            Transport = transport,
            AccessTokenProvider = token is null ? null : _ => new ValueTask<string?>(token),
        };
    }
}
