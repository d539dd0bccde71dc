using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>The check for the blocks of each language. Every check fails with a description of the fault.</summary>
internal static partial class BlockChecks
{
    public static Task CheckAsync(DocumentBlock block) => block.Language switch
    {
        "csharp" => CheckCSharp(block),
        "js" or "javascript" => CheckScriptAsync(block.Text, isModule: true),
        "html" => CheckHtmlAsync(block.Text),
        "bash" or "sh" => CheckShellAsync(block.Text),
        "python" => RunAsync(block.Text, "python3", "-c", "import ast, sys; ast.parse(sys.stdin.read())"),
        "json" => CheckJson(block.Text),
        "xml" => Task.FromResult(XElement.Parse($"<document>{block.Text}</document>")),
        "yaml" => CheckYamlAsync(block.Text),
        "nginx" => CheckNginxAsync(block.Text),
        "" => throw new InvalidOperationException("The fence names no language."),
        _ => throw new InvalidOperationException($"No check is known for '{block.Language}'. Add one to BlockChecks, or a comment " +
            "before the block: <!-- test: skip because … -->"),
    };

    private static Task CheckCSharp(DocumentBlock block)
    {
        Assert.Empty(CSharpBlocks.ErrorsOf(block));
        return Task.CompletedTask;
    }

    private static async Task CheckScriptAsync(string text, bool isModule)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("documents").FullName, isModule ? "block.mjs" : "block.cjs");
        await File.WriteAllTextAsync(file, text);
        await RunAsync("", "node", "--check", file);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static async Task CheckHtmlAsync(string text)
    {
        foreach (Match script in Script().Matches(text))
            await CheckScriptAsync(
                script.Groups["text"].Value, script.Groups["attributes"].Value.Contains("module", StringComparison.Ordinal));
    }

    /// <summary>
    /// Requests are sent to an application with the stores that the documents mention; programs of the repository must exist; everything
    /// else must at least be valid shell syntax.
    /// </summary>
    private static async Task CheckShellAsync(string text)
    {
        await RunAsync(text, "bash", "-n");
        foreach (Match path in RepositoryPath().Matches(text))
            Assert.True(Path.Exists(Repository.File(path.Groups["path"].Value)), $"{path.Groups["path"].Value} does not exist.");
        foreach (var command in text.Split('\n').Select(static line => line.Trim()).Where(
            static line => line.StartsWith("curl ", StringComparison.Ordinal)
                && line.Contains("localhost:5000", StringComparison.Ordinal)))
            await DocumentedApp.CurlAsync(command);
    }

    private static Task CheckJson(string text)
    {
        var json = JsonElement.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("Tornadose", out var section))
            Assert.Empty(SettingNames.Unknown(section));
        return Task.CompletedTask;
    }

    private static async Task CheckYamlAsync(string text)
    {
        await using var node = NodeClient.Start("yaml.mjs", null, new { text });
        var line = await node.NextAsync();
        Assert.True(line.GetProperty("type").GetString() == "done", line.ToString());
    }

    /// <summary>Inserts a partial configuration where it belongs, and has nginx check the whole.</summary>
    private static async Task CheckNginxAsync(string text)
    {
        var folder = Directory.CreateTempSubdirectory("documents").FullName;
        if (!Regex.IsMatch(text, @"^\s*server\s*\{", RegexOptions.Multiline))
            text = Regex.IsMatch(text, @"^\s*location\s", RegexOptions.Multiline)
                ? $"server {{ listen 127.0.0.1:1;\n{text} }}"
                : $"server {{ listen 127.0.0.1:1; location / {{\n{text} }} }}";
        if (!text.Contains("http {", StringComparison.Ordinal))
            text = $"events {{}} http {{\naccess_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; "
                + $"fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};\n{text} }}";
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, $"pid {folder}/nginx.pid; error_log stderr;\n{text}");
        await RunAsync("", "nginx", "-t", "-q", "-c", file);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task RunAsync(string input, string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync()).WithTimeout();
        await process.WaitForExitAsync().WithTimeout();
        Assert.True(process.ExitCode == 0, string.Join('\n', output));
    }

    [GeneratedRegex("<script(?<attributes>[^>]*)>(?<text>.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex(
        @"(?<=^|\s)(?:--project |\./|dotnet run |dotnet test |dotnet pack )(?<path>(?:samples|eng|benchmarks|Tornadose)[\w./-]*)",
        RegexOptions.Multiline)]
    private static partial Regex RepositoryPath();
}
